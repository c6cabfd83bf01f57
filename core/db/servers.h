// Which of a database's servers a connection goes to. One state for all threads of a process; which server is
// in use is decided by all processes together.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "choice.h"
#include "database.h"

namespace helpdesk::db {

class Servers {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Servers(const DatabaseSettings& settings);
    Servers(const Servers&) = delete;
    Servers& operator=(const Servers&) = delete;

    bool several() const { return states_.size() > 1; }

    // The server that calls go to now; with a single server always that one. Null when another configuration
    // of the same database moved to a server that is not among ours.
    const Server* in_use() const;

    // The servers to try for a new connection, best first: the one in use, then the others in the order of
    // the configuration, backups last; one that was left a moment ago comes after all others. Servers that
    // failed a moment ago are not among them.
    std::vector<const Server*> to_try(const Server& in_use, Clock::time_point now);

    // With failback on, the servers that the configuration has before the one in use, and which may be back.
    // Given to one thread at a time, once a second; empty otherwise.
    std::vector<const Server*> better_than(const Server& in_use, Clock::time_point now);

    // Makes `server`, which takes writes, the one in use after `from`, which failed or was left. False when
    // another thread or process decided for another server by now: in_use() tells which.
    bool use_instead(const Server& server, const Server& from);

    // The same for a better server that is back.
    bool go_back(const Server& server, const Server& from);

    // Notes that since `begin` a thread tried in vain to connect to the server, or found that it takes no
    // writes. It is not tried again for a moment. Returns false if the server answered another thread since
    // `begin`: then this is no reason to use another server.
    bool failed(const Server& server, Clock::time_point begin, const std::string& why);

    // Notes that a statement that began at `begin` was not answered in time, or was refused as a server does
    // that takes no writes: connections that were made before now are not used again. Nothing happens when
    // the server acknowledged another write since `begin`.
    void leave(const Server& server, Clock::time_point begin, const std::string& why);

    // Whether the server was left since `then`.
    bool left_since(const Server& server, Clock::time_point then);

    // Notes that a connection to the server works. True when it is the first one.
    bool connected(const Server& server);

    // Notes that the server acknowledged a write.
    void acknowledged(const Server& server);

    // Why the server was not used the last time that it was not.
    std::string last_failure(const Server& server);

  private:
    struct State {
        const Server* server;
        Choice::Id id;
        bool known = false;
        Clock::time_point not_before{};  // the next try
        Clock::time_point left_at{};
        Clock::time_point connected_at{};
        Clock::time_point acknowledged_at{};
        std::string failure{};
    };

    State& state_of(const Server& server);
    bool move(const Server& from, const Server& to);
    void log(const std::string& text) const;

    const DatabaseSettings& settings_;
    std::mutex mutex_;
    std::vector<State> states_;     // in the order of preference
    std::optional<Choice> choice_;  // with several servers
    Clock::time_point next_look_{};
};

// As the configuration names it: `unix:PATH` or `HOST:PORT`.
std::string address(const Server& server);

}  // namespace helpdesk::db
