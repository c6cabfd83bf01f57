// Which of a database's servers a connection goes to. One state for all threads of a process; which server is
// in use is decided by all processes together.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "db/database.h"
#include "db/session/choice.h"
#include "db/session/errors.h"

namespace helpdesk::db {

class Servers {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Servers(const DatabaseSettings& settings);
    Servers(const Servers&) = delete;
    Servers& operator=(const Servers&) = delete;

    bool several() const { return states_.size() > 1; }

    struct Decision {
        const Server* server;
        Choice::Decision made;
    };

    // The server that calls go to now; with a single server always that one. Its `server` is null when
    // another configuration of the same database moved to a server that is not among ours.
    Decision in_use() const;

    // The servers to try for a new connection, best first: the one in use, then the others in the order of
    // the configuration, backups last. A server that was left a moment ago comes after all others, one that
    // failed a moment ago is not among them; but what happened before the decision for the server in use
    // counts no more.
    std::vector<const Server*> to_try(const Decision& in_use, Clock::time_point now);

    // With failback on, the servers that the configuration has before the one in use, and which may be back.
    // Given to one thread at a time, once a second; empty otherwise.
    std::vector<const Server*> better_than(const Decision& in_use, Clock::time_point now);

    // Makes `server`, which takes writes, the one in use, since the one of the decision `from` failed or was
    // left. False when another thread or process decided otherwise by now: in_use() tells how.
    bool use_instead(const Server& server, const Decision& from);

    // The same for a better server that is back.
    bool go_back(const Server& server, const Decision& from);

    // Notes that since `begin`, with that server in use, a thread tried in vain to connect to `server`, or
    // found that it takes no writes; calls are told `told`. It is not tried again for a moment. Returns false
    // if the server answered another thread since `begin`: then this is no reason to use another server.
    bool failed(const Server& server, const Decision& in_use, Clock::time_point begin, const std::string& why,
                const Problem& told = connect_problem());

    // Notes that a statement that began at `begin` was not answered in time by the server in use, or was
    // refused as a server does that takes no writes: connections that were made before now are not used
    // again. Nothing happens when the server acknowledged another write since `begin`.
    void leave(const Decision& in_use, Clock::time_point begin, const std::string& why);

    // Whether the server in use was left since `then`.
    bool left_since(const Decision& in_use, Clock::time_point then);

    // Notes that a new connection to the server works. True when it is the first one.
    bool connected(const Server& server);

    // Notes that the server acknowledged a write.
    void acknowledged(const Server& server);

    // Why the server was not used the last time that it was not.
    std::string last_failure(const Server& server);
    // What calls are told while it is not tried again.
    Problem told(const Server& server);

  private:
    struct State {
        const Server* server;
        Choice::Id id;
        bool known = false;
        std::uint32_t decision = 0;      // the number of the one to which these two belong
        Clock::time_point not_before{};  // the next try
        Clock::time_point left_at{};
        Clock::time_point connected_at{};
        Clock::time_point acknowledged_at{};
        std::string failure{};
        Problem told = connect_problem();

        bool is_paused(const Decision& in_use, Clock::time_point now) const;
        bool is_left(const Decision& in_use, Clock::time_point since) const;
    };

    State& state_of(const Server& server);
    bool uses(const Server& server) const { return in_use().server == &server; }
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
