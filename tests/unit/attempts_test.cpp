#include "db/session/attempts.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>

#include "db/session/connector.h"

namespace helpdesk::db {
namespace {

using namespace std::chrono_literals;

constexpr auto read_timeout = 10s;

class FakeOperation : public Operation {
  public:
    void run(Connection& /*connection*/) override {}
    bool committing() const override { return is_committing; }
    bool repeatable() const override { return is_repeatable; }
    std::optional<Problem> explain(int error) const override {
        if (error != explained)
            return std::nullopt;
        return Problem{code::already_exists, "cid", "is already there"};
    }

    bool is_committing = false;
    bool is_repeatable = false;
    int explained = 0;
};

// Notes what becomes of the connection. Its runs end with the errors that it is given, and then well.
class FakeSession : public Session {
  public:
    explicit FakeSession(std::size_t servers = 1) : servers_(servers) {}

    std::optional<NoConnection> prepare() override {
        ++prepared;
        if (none && prepared >= none_from)
            return none;
        return std::nullopt;
    }
    void run(Operation& /*operation*/) override {
        ++runs;
        if (errors.empty())
            return;
        const int error = errors.front();
        errors.pop_front();
        throw sql::SQLException("said", "HY000", error);
    }
    void roll_back() override { done += "rolled back "; }
    void drop() override { done += "dropped "; }
    void lose() override { done += "lost "; }
    void leave(const std::string& /*why*/) override { done += "left "; }
    std::size_t servers() const override { return servers_; }

    std::deque<int> errors;
    std::optional<NoConnection> none;
    int none_from = 1;
    int prepared = 0;
    int runs = 0;
    std::string done;

  private:
    std::size_t servers_;
};

std::string code_of(const Outcome& outcome) {
    return outcome.problems.empty() ? "" : std::string(outcome.problems.front().code);
}

struct Case {
    int error;
    bool committing;
    std::chrono::seconds waited;
    std::size_t servers;
    std::string code;  // empty: it is tried again
    std::string done;  // to the connection
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << "error " << c.error << (c.committing ? " while committing" : "") << " after "
               << c.waited.count() << " s, " << c.servers << " servers";
}

class FirstError : public testing::TestWithParam<Case> {};

TEST_P(FirstError, DecidesWhetherThereIsAnotherAttempt) {
    const Case& c = GetParam();
    FakeSession session(c.servers);
    FakeOperation operation;
    operation.is_committing = c.committing;
    Attempts attempts(session, operation, read_timeout);
    const sql::SQLException error("said", "HY000", c.error);
    EXPECT_EQ(attempts.may_retry(error, c.waited), c.code.empty());
    EXPECT_EQ(code_of(attempts.outcome()), c.code);
    EXPECT_EQ(session.done, c.done);
    if (!c.code.empty()) {
        EXPECT_EQ(attempts.outcome().log, describe(error));
    }
}

std::vector<Case> cases() {
    const std::vector<int> lost = {1053, 1077, 1152, 1180, 1927, 2006, 2013, 2055, 3100, 4031};
    std::vector<Case> all;
    for (const int error : lost) {
        for (const std::size_t servers : {1U, 3U}) {
            // 2006: the statement did not leave.
            const bool unknown = error != 2006;
            all.push_back({error, false, 0s, servers, "", "lost "});
            all.push_back({error, true, 0s, servers, unknown ? "outcome_unknown" : "", "lost "});
            all.push_back({error, false, 10s, servers, "database_timeout", "left "});
            all.push_back(
                {error, true, 10s, servers, unknown ? "outcome_unknown" : "database_timeout", "left "});
        }
    }
    for (const bool committing : {false, true}) {
        for (const auto waited : {0s, 10s}) {
            for (const int refused : {1047, 1792, 1836, 3098}) {
                all.push_back({refused, committing, waited, 1, "database_unavailable", "left "});
                all.push_back({refused, committing, waited, 2, "", "left "});
            }
            for (const std::size_t servers : {1U, 3U}) {
                for (const int conflict : {1020, 1205, 1213, 1452, 3101})
                    all.push_back({conflict, committing, waited, servers, "", "rolled back "});
                for (const int timeout : {1969, 3024})
                    all.push_back({timeout, committing, waited, servers, "database_timeout", "rolled back "});
                for (const int full : {1021, 1114})
                    all.push_back({full, committing, waited, servers, "database_full", "rolled back "});
                for (const int other : {1, 1062, 1064, 1142, 1146, 1406, 1999, 3000})
                    all.push_back({other, committing, waited, servers, "internal_error", "dropped "});
            }
        }
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(Attempts, FirstError, testing::ValuesIn(cases()));

TEST(Attempts, EndWhenTheOperationIsDone) {
    FakeSession session;
    FakeOperation operation;
    const Outcome outcome = Attempts(session, operation, read_timeout).run();
    EXPECT_EQ(code_of(outcome), "");
    EXPECT_EQ(outcome.log, "");
    EXPECT_EQ(session.runs, 1);
    EXPECT_EQ(session.done, "");
}

TEST(Attempts, RepeatALostOneOnce) {
    FakeSession session(3);
    FakeOperation operation;
    session.errors = {2013};
    EXPECT_EQ(code_of(Attempts(session, operation, read_timeout).run()), "");
    EXPECT_EQ(session.runs, 2);
    EXPECT_EQ(session.prepared, 2);
    session.errors = {2013, 2013, 2013};
    session.runs = 0;
    EXPECT_EQ(code_of(Attempts(session, operation, read_timeout).run()), "database_unavailable");
    EXPECT_EQ(session.runs, 2);
}

TEST(Attempts, TryEachServerThatRefuses) {
    FakeSession session(3);
    FakeOperation operation;
    session.errors = {1836, 1836, 1836, 1836};
    EXPECT_EQ(code_of(Attempts(session, operation, read_timeout).run()), "database_unavailable");
    EXPECT_EQ(session.runs, 3);
    EXPECT_EQ(session.done, "left left left ");
}

TEST(Attempts, TryThreeTimesAgainstOthers) {
    FakeSession session;
    FakeOperation operation;
    session.errors = {1213, 1205, 1213, 1213};
    EXPECT_EQ(code_of(Attempts(session, operation, read_timeout).run()), "overloaded");
    EXPECT_EQ(session.runs, 3);
}

TEST(Attempts, CountEachKindOfFailureApart) {
    FakeSession session(2);
    FakeOperation operation;
    session.errors = {1213, 2013, 1836, 1205};
    EXPECT_EQ(code_of(Attempts(session, operation, read_timeout).run()), "");
    EXPECT_EQ(session.runs, 5);
}

TEST(Attempts, EndWithoutAConnection) {
    FakeSession session;
    FakeOperation operation;
    session.none = {.timed_out = false, .why = "refused"};
    Outcome outcome = Attempts(session, operation, read_timeout).run();
    EXPECT_EQ(code_of(outcome), "database_unavailable");
    EXPECT_EQ(outcome.log, "refused");
    session.none->timed_out = true;
    outcome = Attempts(session, operation, read_timeout).run();
    EXPECT_EQ(code_of(outcome), "database_timeout");
    EXPECT_EQ(session.runs, 0);
}

TEST(Attempts, LetTheOperationExplainAnError) {
    FakeSession session(2);
    FakeOperation operation;
    operation.explained = 1062;
    session.errors = {1062};
    const Outcome outcome = Attempts(session, operation, read_timeout).run();
    EXPECT_EQ(code_of(outcome), "already_exists");
    EXPECT_EQ(outcome.log, "");
    EXPECT_EQ(session.done, "rolled back ");
}

TEST(Attempts, DropTheConnectionAfterAnyOtherException) {
    class Throwing : public FakeSession {
      public:
        void run(Operation& /*operation*/) override { throw std::bad_alloc(); }
    } session;
    FakeOperation operation;
    EXPECT_THROW(Attempts(session, operation, read_timeout).run(), std::bad_alloc);
    EXPECT_EQ(session.done, "dropped ");
}

// A write with an Idempotency-Key: its connection is lost while it commits, and what comes then.
class LostCommit : public testing::Test {
  protected:
    LostCommit() {
        operation_.is_committing = true;
        operation_.is_repeatable = true;
    }
    Outcome run() { return Attempts(session_, operation_, read_timeout).run(); }

    FakeSession session_{2};
    FakeOperation operation_;
};

TEST_F(LostCommit, IsRepeated) {
    session_.errors = {2013};
    EXPECT_EQ(code_of(run()), "");
    EXPECT_EQ(session_.runs, 2);
}

// Whatever the second attempt meets: nobody may say that nothing was changed.
TEST_F(LostCommit, IsOfUnknownOutcomeWhenTheNextAttemptFails) {
    for (const int error : {2013, 2006, 1180, 1969, 1021, 1064}) {
        session_.errors = {2013, error};
        const Outcome outcome = run();
        EXPECT_EQ(code_of(outcome), "outcome_unknown") << error;
        EXPECT_NE(outcome.problems.front().text.find("same Idempotency-Key"), std::string::npos);
    }
    session_.errors = {2013, 1836, 1836};
    EXPECT_EQ(code_of(run()), "outcome_unknown");
    session_.errors = {2013, 1213, 1213, 1213};
    EXPECT_EQ(code_of(run()), "outcome_unknown");
}

TEST_F(LostCommit, IsOfUnknownOutcomeWithoutAnotherConnection) {
    for (const bool timed_out : {false, true}) {
        session_.errors = {2013};
        session_.prepared = 0;
        session_.none = {.timed_out = timed_out, .why = "refused"};
        session_.none_from = 2;
        EXPECT_EQ(code_of(run()), "outcome_unknown");
    }
}

TEST_F(LostCommit, IsNotRepeatedWithoutAKey) {
    operation_.is_repeatable = false;
    session_.errors = {2013};
    const Outcome outcome = run();
    EXPECT_EQ(code_of(outcome), "outcome_unknown");
    EXPECT_EQ(outcome.problems.front().text.find("Idempotency-Key"), std::string::npos);
    EXPECT_EQ(session_.runs, 1);
}

TEST_F(LostCommit, IsExplainedByTheNextAttempt) {
    operation_.explained = 1062;
    session_.errors = {2013, 1062};
    EXPECT_EQ(code_of(run()), "already_exists");
}

}  // namespace
}  // namespace helpdesk::db
