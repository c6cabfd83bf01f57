// Reads one page of a list on one connection: the IDs of the records in order, then their values, a few dozen
// at a time. A selection that is small by nature takes one statement for both.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/session/attempts.h"
#include "db/statements/keyword_sql.h"
#include "db/statements/record_sql.h"

namespace helpdesk::db {

class Reader : public Operation {
  public:
    explicit Reader(const Reading& reading);

    // Another attempt continues where the one before ended.
    void run(Connection& connection) override;
    std::optional<Problem> explain(int error) const override;

    std::uint64_t count() const { return count_; }
    // As in ReadResult.
    std::chrono::microseconds pause() const { return pause_; }
    const std::string& read_until() const { return read_until_; }
    // Returns why the list cannot be continued, although no statement failed.
    const Problems& problems() const { return problems_; }

  private:
    const RecordSql& sql() const;
    bool fits_one_statement() const;
    std::size_t limit() const;
    bool is_full() const { return sink_.held() >= page_bytes; }
    bool ask_about_fields();
    void choose_leading_word();
    std::uint64_t count_records();
    void read_at_once();
    void walk();
    std::uint64_t find(const Statement& walk_condition);
    Statement walk_start() const;
    void wait_for_writers(const std::vector<std::uint64_t>& ids);
    std::size_t chunk_size() const;
    void read_on();
    void read_records();
    bool is_due(const StoredRecord& record, const FoundRecords::Record& found) const;
    void read_alone(const FoundRecords::Record& found);
    void note_size(std::size_t bytes);
    void give(const std::string& piece);

    Connection* connection_ = nullptr;
    const Selection& selection_;
    const Resource& resource_;
    ListPosition& position_;
    RecordSink& sink_;
    std::vector<std::string> field_texts_;
    std::optional<LeadingWord> leading_;
    std::uint64_t count_ = 0;
    std::chrono::microseconds pause_{0};
    std::string read_until_;
    Problems problems_;
};

}  // namespace helpdesk::db
