// One list on one connection: the records' IDs in order, then their values a few dozen at a time; a selection
// that is small by nature takes one statement for both.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "attempts.h"

namespace helpdesk::db {

class Reader : public Operation {
  public:
    Reader(const Selection& selection, RecordSink& sink);

    void run(Connection& connection) override;
    std::optional<Problem> explain(int error) const override;

    bool more() const { return more_; }
    std::uint64_t count() const { return count_; }
    // As in ReadResult.
    std::chrono::microseconds pause() const { return pause_; }
    const std::string& read_until() const { return read_until_; }

  private:
    // A record of the list, and when it was last changed if that is the list's order.
    struct Found {
        std::uint64_t id;
        std::string changed;
    };

    bool fits_one_statement() const;
    std::size_t limit() const;
    void read_at_once();
    std::vector<Found> walk();
    std::vector<Found> find(const Statement& walk_condition);
    Statement walk_start() const;
    void wait_for_writers(const std::vector<std::uint64_t>& ids);
    void read_records(const Found* first, std::size_t count);
    void add_source(Statement& statement, const std::string& joins) const;
    void add_conditions(Statement& statement, const Statement& walk_condition) const;
    std::string order() const;

    Connection* connection_ = nullptr;
    const Selection& selection_;
    const Resource& resource_;
    RecordSink& sink_;
    bool more_ = false;
    std::uint64_t count_ = 0;
    std::chrono::microseconds pause_{0};
    std::string read_until_;
};

}  // namespace helpdesk::db
