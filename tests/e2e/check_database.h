// The database that the programs of the end-to-end tests use: SOCKET USER PASSWORD DATABASE, their first
// arguments.
#pragma once

#include <chrono>

#include "db/database.h"

namespace helpdesk {

inline DatabaseSettings database_of(char** arguments) {
    DatabaseSettings database;
    database.servers = {{.host = {}, .socket = arguments[1]}};
    database.user = arguments[2];
    database.password = arguments[3];
    database.name = arguments[4];
    database.read_timeout = std::chrono::seconds(100);  // tests hold locks for seconds
    return database;
}

}  // namespace helpdesk
