// The database layer's one door: checked values in, a result out. SQL, the connector and its exceptions stay
// behind it.
//
// Each thread that calls it keeps one connection of its own to each database it was given, opened when first
// needed, opened again after the server went away, closed when the thread ends.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "../check.h"
#include "../problem.h"

namespace helpdesk {

enum class Tls { off, on, verify };  // verify: the server's certificate too

struct DatabaseSettings {
    std::string host;
    unsigned port = 3306;
    std::string socket;  // a unix socket's path, instead of host and port
    std::string user;
    std::string password;
    std::string name;
    std::chrono::seconds connect_timeout{5};
    std::chrono::seconds read_timeout{10};  // the longest wait for the answer to one statement
    Tls tls = Tls::off;
    std::string tls_ca;  // PEM file; empty: the system's authorities
};

struct WriteResult {
    Problems problems;       // empty: done and committed
    std::string identifier;  // as stored
    std::string log;         // what went wrong, for the operator; empty when nothing did
};

// Does one write as one transaction: whole, or not at all. Blocks for several round trips to the server; an
// add or an update without lists takes two. Never throws: what fails is a problem in the result.
WriteResult write(const DatabaseSettings& database, const Write& write);

// Waits until the threads that called write() have closed their connections, at most so long. For a process
// that is about to end, after it told its threads to end.
void wait_for_database_threads(std::chrono::milliseconds longest);

}  // namespace helpdesk
