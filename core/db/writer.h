// The statements that store a write, and one write on one connection.
#pragma once

#include <span>

#include "db/plan.h"
#include "db/session/attempts.h"

namespace helpdesk::db {

// One statement for writes of one shape: the same action with the same variables. An add whose answer shows
// its number gets it; several of those need has_steady_numbers().
void insert_records(Connection& connection, std::span<WritePlan* const> plans);
// Those two return the number of records that they found.
std::uint64_t update_records(Connection& connection, std::span<WritePlan* const> plans);
std::uint64_t delete_records(Connection& connection, std::span<WritePlan* const> plans);

// Whether insert_records() finds out the numbers of the records that it adds.
bool needs_numbers(const WritePlan& plan);
// Whether the numbers of the records that one statement adds are sure to be evenly apart.
bool has_steady_numbers(Connection& connection);

class Writer : public Operation {
  public:
    explicit Writer(const Write& write) : write_(write), plan_(write) {}

    void run(Connection& connection) override;
    bool committing() const override { return committing_; }
    // It then finds the answer that was kept with the change.
    bool repeatable() const override { return write_.repeatable.has_value(); }
    std::optional<Problem> explain(int error) const override;

    // Of the last attempt.
    const WriteResult& result() const { return result_; }

  private:
    void store_alone();
    void store_in_transaction();
    void ask();
    void take_answer();
    void create_rows();
    void store();
    void remove_record();
    void replace_list(const Target& target);
    std::vector<std::vector<Parameter>> list_rows(const Target& target);

    const Write& write_;
    WritePlan plan_;
    WriteResult result_;
    Connection* connection_ = nullptr;
    bool committing_ = false;
};

}  // namespace helpdesk::db
