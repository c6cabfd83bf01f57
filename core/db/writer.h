// One write on one connection: resolves what the values refer to, then stores them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attempts.h"

namespace helpdesk::db {

class Writer : public Operation {
  public:
    explicit Writer(const Write& write);

    void run(Connection& connection) override;
    bool committing() const override { return committing_; }
    std::optional<Problem> explain(int error) const override;

    // Of the last attempt.
    Problems problems() { return std::move(problems_); }
    std::string answer() { return std::move(answer_); }

  private:
    // A Value with the texts in it that name rows, and the IDs of those rows.
    struct Target {
        const Value* value;
        std::vector<std::optional<std::string>> names;  // nothing: the reference's first row
        std::vector<std::optional<std::uint64_t>> ids;  // one for each name; nothing: no such row
    };

    bool adding() const { return write_.action->verb == Verb::add; }
    bool removing() const { return write_.action->verb == Verb::remove; }
    const Value* supplied(std::string_view name) const;
    void collect_targets();
    bool needs_transaction() const;
    void resolve();
    Problem not_found() const;
    Problem already_exists() const;
    void check_references();
    void check_pairs(const sql::ResultSet& row, unsigned first_column);
    void create_rows();
    Parameter parameter(const Target& target) const;
    void insert_record();
    void update_record();
    void remove_record();
    void replace_list(const Target& target);
    std::vector<std::vector<Parameter>> list_rows(const Target& target);

    Connection* connection_ = nullptr;
    const Write& write_;
    const Resource& resource_;
    std::vector<Target> targets_;
    Problems problems_;
    std::string answer_;
    std::uint64_t record_id_ = 0;
    bool committing_ = false;
};

}  // namespace helpdesk::db
