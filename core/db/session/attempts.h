// Decides what to do when a statement fails: whether another attempt is safe and may help.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "db/connection.h"
#include "db/database.h"
#include "db/session/errors.h"

namespace helpdesk::db {

// The work of one call on the database.
class Operation {
  public:
    Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    virtual ~Operation() = default;

    // Makes one attempt, from the beginning. Throws sql::SQLException, and then leaves an open transaction as
    // it is.
    virtual void run(Connection& connection) = 0;

    // Returns whether the statement that makes the last change was sent, so that its outcome is unknown if
    // the connection is lost.
    virtual bool committing() const { return false; }

    // Returns whether run() may be repeated although its change may have been made, because it finds that out
    // by itself.
    virtual bool repeatable() const { return false; }

    // Returns the problem of the request, not of the database, that an error number of the server stands for.
    virtual std::optional<Problem> explain(int /*error*/) const { return std::nullopt; }
};

// The connection of a thread to the database, as Attempts uses it.
class Session {
  public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session() = default;

    struct NoConnection {
        bool timed_out = false;            // whether the server did not answer in time
        std::string why = {};              // for the operator
        Problem told = connect_problem();  // for the client, unless it timed out
    };

    // Makes sure that there is a working connection to the server in use. Returns why there is none, or
    // nothing.
    virtual std::optional<NoConnection> prepare() = 0;

    // Runs the operation once on the connection. Throws sql::SQLException.
    virtual void run(Operation& operation) = 0;

    // Rolls back the connection's transaction. If that fails, closes the connection.
    virtual void roll_back() = 0;

    // Closes the connection.
    virtual void drop() = 0;

    // Closes the connection, which was lost, and the idle ones, which may have been lost with it, so that the
    // next attempt does not use one of them.
    virtual void lose() = 0;

    // Closes the connection and the idle ones. The next connection goes to another server if there is one
    // that takes writes. `why` is for the log.
    virtual void leave(const std::string& why) = 0;

    // Returns how many servers there are to choose from.
    virtual std::size_t servers() const = 0;
};

// Makes attempts at one operation until it succeeds or must be given up.
class Attempts {
  public:
    // If a statement is lost after `read_timeout`, the server did not answer it in time.
    Attempts(Session& session, Operation& operation, std::chrono::nanoseconds read_timeout)
        : session_(session), operation_(operation), read_timeout_(read_timeout) {}

    Outcome run();

    // Repairs the session after a failed attempt. `waited` is how long that took. Returns false if there must
    // not be another attempt; then outcome() says what the client is told.
    bool may_retry(const sql::SQLException& error, std::chrono::nanoseconds waited);

    const Outcome& outcome() const { return failed_; }

  private:
    bool fail(std::string_view code, std::string text, std::string log);

    Session& session_;
    Operation& operation_;
    const std::chrono::nanoseconds read_timeout_;
    Outcome failed_;
    bool may_be_done_ = false;  // by an earlier attempt that lost its connection during the commit
    int losses_ = 0;
    std::size_t refusals_ = 0;
    int conflicts_ = 0;
};

// Runs the operation on the calling thread's connection until it succeeds or must be given up.
Outcome attempt(const DatabaseSettings& database, Operation& operation);

// Carries out operations like attempt(): on one database, or on what a test has in its place.
using Attempt = std::function<Outcome(Operation&)>;

// The settings must outlive what is returned.
Attempt attempts_on(const DatabaseSettings& database);

}  // namespace helpdesk::db
