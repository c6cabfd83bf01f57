// What is done when a statement fails: whether another try is safe and of use.
#pragma once

#include <optional>

#include "connection.h"

namespace helpdesk::db {

// Times that a transaction is tried which others keep from its rows.
inline constexpr int most_conflicts = 3;

// CR_SERVER_GONE_ERROR: the statement did not leave, or not whole. CR_SERVER_LOST is what comes later.
inline constexpr int gone_before_sending = 2006;

// One call's work on the database.
class Operation {
  public:
    Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    virtual ~Operation() = default;

    // One attempt, from the beginning. Throws sql::SQLException, with the transaction open if there is one.
    virtual void run(Connection& connection) = 0;

    // Whether the statement that makes the change last was on its way: after a lost connection its outcome is
    // unknown, and it must not be repeated.
    virtual bool committing() const { return false; }

    // The problem of the request, not of the database, that a server's error number stands for.
    virtual std::optional<Problem> explain(int /*error*/) const { return std::nullopt; }
};

// Runs the operation on the calling thread's connection until it is done or cannot be.
Outcome attempt(const DatabaseSettings& database, Operation& operation);

}  // namespace helpdesk::db
