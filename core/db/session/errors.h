// Says what the error numbers of the server and of the client library mean.
#pragma once

#include <string>

#include "answer/problem.h"
#include "db/session/connector.h"

namespace helpdesk::db {

// The kinds of errors, for the numbers of both MySQL and MariaDB.
enum class Failure {
    lost,      // the connection is dead, or the server is going down
    conflict,  // another transaction was in the way: this one is rolled back and may be tried again
    refused,   // the server does not take such statements now: nothing was done, another server may take them
    timeout,
    full,
    other,
};

Failure classify(const sql::SQLException& error);

// Returns whether an error number of the server or the client library means that the connection is lost.
bool is_lost(int error);

// Describes an error for the log: its number, its SQLSTATE, the server's text, and what the operator may do.
std::string describe(const sql::SQLException& error);

// An error number of our own: the server cannot be used as it is configured.
inline constexpr int unsuitable_server = -1;
sql::SQLException unsuitable(const std::string& why);

// CR_AUTH_PLUGIN_CANNOT_LOAD: the server asked for a plugin that is not there, or that it must not have
// (plugins.h).
inline constexpr int plugin_refused = 2059;

// ER_NET_PACKET_TOO_LARGE: the statement with its values is larger than the server accepts. It is thrown
// before the statement is sent.
inline constexpr int packet_too_large = 1153;

// CR_SERVER_GONE_ERROR: the statement was not sent, or not completely. After that, the error is
// CR_SERVER_LOST.
inline constexpr int gone_before_sending = 2006;
inline constexpr int lost_after_sending = 2013;

// Returns what the client is told if no connection could be made, because of this error or for an unknown
// reason.
Problem connect_problem(const sql::SQLException& error);
Problem connect_problem();

}  // namespace helpdesk::db
