// Stands in for a server: it is told which statements must come, and what each gives.
//
//   connection.expect("SELECT id FROM `portals` WHERE `name` = ?", {"main"}).row({7U});
//   connection.expect("BEGIN");
//   connection.expect("DELETE FROM `portals` WHERE id IN (?)", {7U}).fails(1451);
//
// Another statement than the next one ends the test, which shows where they differ.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "db/connection.h"
#include "db/session/attempts.h"

namespace helpdesk::db {

using Row = std::vector<Parameter>;

// A statement that must come, and its answer: no rows, and one row found, unless it says otherwise.
struct Expected {
    Expected& row(Row row) {
        rows.push_back(std::move(row));
        return *this;
    }
    // How many rows an INSERT, UPDATE or DELETE finds.
    Expected& finds(std::uint64_t number) {
        found = number;
        return *this;
    }
    // The server's error number, or the client library's.
    Expected& fails(int number) {
        error = number;
        return *this;
    }
    // At the least.
    Expected& takes(std::chrono::milliseconds time) {
        duration = time;
        return *this;
    }

    Statement statement;
    std::vector<Row> rows = {};
    std::uint64_t found = 1;
    int error = 0;
    std::chrono::milliseconds duration{0};
};

class FakeConnection : public Connection {
  public:
    // Statements that are still to come when it ends fail the test, and so does an open transaction.
    ~FakeConnection() override;

    // `sql` is BEGIN, COMMIT or ROLLBACK for what begin(), commit() and rollback() send.
    Expected& expect(std::string sql, Row parameters = {});

    std::uint64_t largest_packet() const override { return 1000; }
    void expect_room(const std::vector<Parameter>& /*parameters*/) const override {}
    std::unique_ptr<Rows> query(const std::string& sql, const std::vector<Parameter>& parameters) override;
    std::uint64_t execute(const std::string& sql, const std::vector<Parameter>& parameters) override;
    void begin() override;
    void commit() override;
    void rollback() override;

    // The transaction is over without a statement, as after an error.
    void end_transaction() { in_transaction_ = false; }

  private:
    Expected take(const std::string& sql, const std::vector<Parameter>& parameters);
    bool is_late_renewal(const std::string& sql) const;

    using Clock = std::chrono::steady_clock;
    std::deque<Expected> expected_;
    int done_ = 0;
    bool in_transaction_ = false;
    Clock::time_point left_ = Clock::now();    // when the last answer was given
    Clock::time_point before_ = Clock::now();  // the same of the answer before
};

// How many attempts there are, and what they come to, is decided as it is for a server.
Attempt attempts_on(FakeConnection& connection);

// How a failure shows that one statement came instead of another.
std::string difference(const Statement& expected, const Statement& came);

}  // namespace helpdesk::db
