// Carries out one write on one connection.
#pragma once

#include "db/plan.h"
#include "db/session/attempts.h"
#include "db/store.h"

namespace helpdesk::db {

class Writer : public Operation {
  public:
    explicit Writer(const Write& write) : write_(write), plan_(write) {}

    void run(Connection& connection) override;
    // Does the same in a transaction that has begun, and goes on. What is wrong is in the result.
    void run_within(Connection& connection);
    bool committing() const override { return committing_; }
    // Another attempt then finds the answer that was kept with the change.
    bool repeatable() const override { return write_.repeatable.has_value(); }
    std::optional<Problem> explain(int error) const override;

    // Returns the result of the last attempt.
    const WriteResult& result() const { return result_; }

  private:
    void begin(Connection& connection);
    bool needs_transaction() const;
    bool store_alone();
    bool update_first();
    void store_in_transaction();
    void lock_both();
    void ask();
    void ask_question();
    void create_rows();
    void write_beside();
    void store_parts();
    void store();
    void remove_record();
    void replace_list(const Target& target);
    std::vector<std::vector<Parameter>> list_rows(const Target& target);

    const Write& write_;
    WritePlan plan_;
    WriteResult result_;
    Connection* connection_ = nullptr;
    bool begun_ = false;
    bool committing_ = false;
    bool writing_beside_ = false;  // or before it: another record
    bool storing_parts_ = false;
};

}  // namespace helpdesk::db
