// What the error numbers of the server and of the client library mean.
#pragma once

#include <string>

#include "answer/problem.h"
#include "db/session/connector.h"

namespace helpdesk::db {

// Server and client error numbers, of both MySQL and MariaDB.
enum class Failure {
    lost,      // the connection is dead, or the server is going down
    conflict,  // somebody else was there at once: the transaction is rolled back and may be tried again
    refused,   // the server takes no such statements now: nothing was done, another server may take them
    timeout,
    full,
    other,
};

Failure classify(const sql::SQLException& error);

// Whether an error number of the server or the client library means that the connection is lost.
bool is_lost(int error);

// The error for the log: its number, its SQLSTATE, the server's words, and what the operator may do about it.
std::string describe(const sql::SQLException& error);

// The number of an error of ours: the server cannot be used as it is configured.
inline constexpr int unsuitable_server = -1;
sql::SQLException unsuitable(const std::string& why);

// ER_NET_PACKET_TOO_LARGE: the statement with its values is larger than the server takes. Thrown before it is
// sent.
inline constexpr int packet_too_large = 1153;

// CR_SERVER_GONE_ERROR: the statement did not leave, or not whole. CR_SERVER_LOST is what comes later.
inline constexpr int gone_before_sending = 2006;
inline constexpr int lost_after_sending = 2013;

// What a call is told for which no connection could be made: by that error, or by none that is known.
Problem connect_problem(const sql::SQLException& error);
Problem connect_problem();

}  // namespace helpdesk::db
