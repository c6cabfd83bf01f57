// What the error numbers of the server and of the client library mean.
#pragma once

#include <string>

#include "connector.h"

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

// The error for the log: its number, its SQLSTATE and the server's words.
std::string describe(const sql::SQLException& error);

}  // namespace helpdesk::db
