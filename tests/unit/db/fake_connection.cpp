#include "db/fake_connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "db/session/connector.h"
#include "db/statements/walk.h"

namespace helpdesk::db {
namespace {

std::string shown(const Parameter& parameter) {
    if (const auto* text = std::get_if<std::string>(&parameter))
        return '"' + *text + '"';
    if (const auto* number = std::get_if<std::uint64_t>(&parameter))
        return std::to_string(*number);
    return "NULL";
}

std::string shown(const std::vector<Parameter>& parameters) {
    std::string all;
    for (const Parameter& parameter : parameters)
        all += (all.empty() ? "" : ", ") + shown(parameter);
    return "[" + all + "]";
}

// Both lines, and a mark under the first character in which they differ.
std::string two_lines(const std::string& expected, const std::string& came) {
    const std::string first = "  expected: ";
    const auto place = std::mismatch(expected.begin(), expected.end(), came.begin(), came.end()).first;
    std::string lines = first + expected + "\n      came: " + came;
    if (expected != came)
        lines +=
            "\n" + std::string(first.size() + static_cast<std::size_t>(place - expected.begin()), ' ') + "^";
    return lines + "\n";
}

class FakeRows : public Rows {
  public:
    explicit FakeRows(std::vector<Row> rows) : rows_(std::move(rows)) {}

    bool next() override { return ++next_ <= rows_.size(); }
    bool is_null(unsigned column) const override {
        return std::holds_alternative<std::nullptr_t>(value(column));
    }
    std::string text(unsigned column) const override {
        if (const auto* number = std::get_if<std::uint64_t>(&value(column)))
            return std::to_string(*number);
        return is_null(column) ? "" : std::get<std::string>(value(column));
    }
    std::uint64_t number(unsigned column) const override {
        const auto* text = std::get_if<std::string>(&value(column));
        return text != nullptr   ? std::stoull(*text)
               : is_null(column) ? 0
                                 : std::get<std::uint64_t>(value(column));
    }

  private:
    const Parameter& value(unsigned column) const { return rows_.at(next_ - 1).at(column - 1); }

    std::vector<Row> rows_;
    std::size_t next_ = 0;
};

class FakeSession : public Session {
  public:
    explicit FakeSession(FakeConnection& connection) : connection_(connection) {}

    std::optional<NoConnection> prepare() override { return std::nullopt; }
    void run(Operation& operation) override { operation.run(connection_); }
    void roll_back() override { connection_.end_transaction(); }
    void drop() override { connection_.end_transaction(); }
    void lose() override { connection_.end_transaction(); }
    void leave(const std::string& /*why*/) override { connection_.end_transaction(); }
    std::size_t servers() const override { return 1; }

  private:
    FakeConnection& connection_;
};

}  // namespace

std::string difference(const Statement& expected, const Statement& came) {
    return two_lines(expected.sql, came.sql) + two_lines(shown(expected.parameters), shown(came.parameters));
}

FakeConnection::~FakeConnection() {
    for (const Expected& one : expected_)
        ADD_FAILURE() << "a statement never came:\n  " << one.statement.sql << "\n  "
                      << shown(one.statement.parameters);
    if (in_transaction_)
        ADD_FAILURE() << "the transaction is still open";
}

Expected& FakeConnection::expect(std::string sql, Row parameters) {
    Expected& added = expected_.emplace_back();
    added.statement = {.sql = std::move(sql), .parameters = std::move(parameters)};
    return added;
}

std::unique_ptr<Rows> FakeConnection::query(const std::string& sql,
                                            const std::vector<Parameter>& parameters) {
    return std::make_unique<FakeRows>(take(sql, parameters).rows);
}

std::uint64_t FakeConnection::execute(const std::string& sql, const std::vector<Parameter>& parameters) {
    return is_late_renewal(sql) ? 1 : take(sql, parameters).found;
}

void FakeConnection::begin() {
    take("BEGIN", {});
    in_transaction_ = true;
}

void FakeConnection::commit() {
    take("COMMIT", {});
    in_transaction_ = false;
}

void FakeConnection::rollback() {
    take("ROLLBACK", {});
    in_transaction_ = false;
}

Expected FakeConnection::take(const std::string& sql, const std::vector<Parameter>& parameters) {
    ++done_;
    const Statement came = {.sql = sql, .parameters = parameters};
    const std::string which = "statement " + std::to_string(done_);
    if (expected_.empty()) {
        ADD_FAILURE() << which << " is one too many:\n  " << sql << "\n  " << shown(parameters);
        throw std::logic_error("the test ends here");
    }
    Expected next = std::move(expected_.front());
    expected_.pop_front();
    if (next.statement.sql != sql || next.statement.parameters != parameters) {
        expected_.clear();
        in_transaction_ = false;
        ADD_FAILURE() << which << " is another:\n" << difference(next.statement, came);
        throw std::logic_error("the test ends here");
    }
    std::this_thread::sleep_for(next.duration);
    before_ = std::exchange(left_, Clock::now());
    if (next.error != 0)
        throw sql::SQLException("said", "HY000", next.error);
    return next;
}

// A machine that stands still for a while makes a writer set the time of its records again. No test fails for
// that.
bool FakeConnection::is_late_renewal(const std::string& sql) const {
    const bool is_expected = !expected_.empty() && expected_.front().statement.sql == sql;
    return !is_expected && sql.find("SET last_updated = SYSDATE() WHERE") != std::string::npos &&
           Clock::now() - before_ > walk_margin;
}

Attempt attempts_on(FakeConnection& connection) {
    return [&connection](Operation& operation) -> Outcome {
        FakeSession session(connection);
        try {
            return Attempts(session, operation, std::chrono::seconds(10)).run();
        } catch (const std::runtime_error& error) {
            return {.problems = {problem_of_status(500)}, .log = error.what()};
        }
    };
}

}  // namespace helpdesk::db
