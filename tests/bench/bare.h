// The floors under every server: what bare.cpp and its two sorts of calls share.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "db/session/connector.h"

namespace bare {

struct Options {
    std::string operation;
    unsigned threads;
    std::chrono::milliseconds time;
    unsigned run;
    std::string sql;
    std::string socket;
    std::string password;
    std::uint64_t rows;
    // Of calls about tickets: the action, the variables as operations.py has them, and the values by pool.
    std::string action;
    std::string call;
    std::map<std::string, std::vector<std::string>> pools;
};

// Returns the text of a statement in the folder of SQL.
std::string statement_text(const Options& options, const std::string& name);

// Returns a connection with the settings of a session that all peers have.
std::unique_ptr<sql::Connection> connect(const Options& options);

}  // namespace bare
