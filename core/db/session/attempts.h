// What is done when a statement fails: whether another try is safe and of use.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "db/connection.h"
#include "db/database.h"
#include "db/session/errors.h"

namespace helpdesk::db {

// One call's work on the database.
class Operation {
  public:
    Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    virtual ~Operation() = default;

    // One attempt, from the beginning. Throws sql::SQLException, with the transaction open if there is one.
    virtual void run(Connection& connection) = 0;

    // Whether the statement that makes the change last was on its way, so that after a lost connection its
    // outcome is unknown.
    virtual bool committing() const { return false; }

    // Whether run() may be repeated although its change may have been made, since it then finds that out.
    virtual bool repeatable() const { return false; }

    // The problem of the request, not of the database, that a server's error number stands for.
    virtual std::optional<Problem> explain(int /*error*/) const { return std::nullopt; }
};

// A thread's way to the database, as Attempts uses it.
class Session {
  public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session() = default;

    struct NoConnection {
        bool timed_out = false;            // the server did not answer in time
        std::string why = {};              // for the operator
        Problem told = connect_problem();  // to the client, unless it timed out
    };

    // Sees that there is a connection which works, to the server in use. Nothing when there is.
    virtual std::optional<NoConnection> prepare() = 0;

    // Runs the operation once on the connection. Throws sql::SQLException.
    virtual void run(Operation& operation) = 0;

    // Ends the connection's transaction, or the connection when that fails.
    virtual void roll_back() = 0;

    // Ends the connection.
    virtual void drop() = 0;

    // Ends the connection, which was lost, and the idle ones, which may have been lost with it: the next
    // attempt must not meet one of them.
    virtual void lose() = 0;

    // Ends the connection and the idle ones; the next one goes to another server if there is one that takes
    // writes.
    virtual void leave(const std::string& why) = 0;

    // How many servers there are to choose from.
    virtual std::size_t servers() const = 0;
};

// The attempts at one operation, until it is done or cannot be done.
class Attempts {
  public:
    // `read_timeout`: a statement that is lost after so long was not answered in time.
    Attempts(Session& session, Operation& operation, std::chrono::nanoseconds read_timeout)
        : session_(session), operation_(operation), read_timeout_(read_timeout) {}

    Outcome run();

    // Mends the session after a failed attempt, which took so long. False when there must not be another:
    // then outcome() tells what the call came to.
    bool may_retry(const sql::SQLException& error, std::chrono::nanoseconds waited);

    const Outcome& outcome() const { return failed_; }

  private:
    bool fail(std::string_view code, std::string text, std::string log);

    Session& session_;
    Operation& operation_;
    const std::chrono::nanoseconds read_timeout_;
    Outcome failed_;
    bool may_be_done_ = false;  // by an earlier attempt, which lost its connection while it committed
    int losses_ = 0;
    std::size_t refusals_ = 0;
    int conflicts_ = 0;
};

// Runs the operation on the calling thread's connection until it is done or cannot be done.
Outcome attempt(const DatabaseSettings& database, Operation& operation);

// What carries out operations like attempt(): on one database, or on what a test has in its place.
using Attempt = std::function<Outcome(Operation&)>;

// The settings must outlive what is returned.
Attempt attempts_on(const DatabaseSettings& database);

}  // namespace helpdesk::db
