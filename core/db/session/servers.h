// Decides to which of a database's servers a connection goes. All threads of a process share one state; all
// processes together decide which server is in use.
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

    // Returns the server in use, to which calls go now. With a single server it is always that one. Its
    // `server` is null if another configuration of the same database moved to a server that this one does not
    // have.
    Decision in_use() const;

    // Returns the servers to try for a new connection, best first: the one in use, then the others in the
    // order of the configuration, backups last. A server that was left a moment ago comes last, and one that
    // failed a moment ago is left out; but what happened before the decision for the server in use does not
    // count.
    std::vector<const Server*> to_try(const Decision& in_use, Clock::time_point now);

    // With failback on, returns the servers that come before the one in use in the configuration and may be
    // back. Returns them to one thread at a time, once a second; otherwise returns nothing.
    std::vector<const Server*> better_than(const Decision& in_use, Clock::time_point now);

    // Makes `server`, which takes writes, the one in use, because the one of the decision `from` failed or
    // was left. Returns false if another thread or process has decided otherwise; then in_use() has its
    // decision.
    bool use_instead(const Server& server, const Decision& from);

    // Does the same for a better server that is back.
    bool go_back(const Server& server, const Decision& from);

    // Notes that a thread could not connect to `server`, or found that it takes no writes. The attempt began
    // at `begin`, when `in_use` was in use; calls are told `told`. The server is not tried again for a
    // moment. Returns false if the server has answered another thread since `begin`: then there is no reason
    // to use another one.
    bool failed(const Server& server, const Decision& in_use, Clock::time_point begin, const std::string& why,
                const Problem& told = connect_problem());

    // Notes that the server in use did not answer in time a statement that began at `begin`, or refused it as
    // a server does that takes no writes. Connections made before now are not used again. Does nothing if the
    // server has acknowledged another write since `begin`.
    void leave(const Decision& in_use, Clock::time_point begin, const std::string& why);

    // Returns whether the server in use has been left since `then`.
    bool left_since(const Decision& in_use, Clock::time_point then);

    // Notes that a new connection to the server works. Returns true if it is the first one.
    bool connected(const Server& server);

    // Notes that the server acknowledged a write.
    void acknowledged(const Server& server);

    // Returns why the server was not used the last time that it was not.
    std::string last_failure(const Server& server);
    // Returns what calls are told until it is tried again.
    Problem told(const Server& server);

  private:
    struct State {
        const Server* server;
        Choice::Id id;
        bool known = false;
        std::uint32_t decision = 0;      // the decision to which the next two members belong
        Clock::time_point not_before{};  // when the server may be tried again
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
    std::optional<Choice> choice_;  // set if there are several servers
    Clock::time_point next_look_{};
};

}  // namespace helpdesk::db
