// Which of a database's servers a connection goes to: the first that works, in the order of the
// configuration, backups last. One state for all threads of a process.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "database.h"

namespace helpdesk::db {

class Servers {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Servers(const DatabaseSettings& settings);
    Servers(const Servers&) = delete;
    Servers& operator=(const Servers&) = delete;

    // Those to try now, best first: without the ones that failed and are not to be tried again yet.
    std::vector<const Server*> to_try(Clock::time_point now);

    // Better ones than `current` that may be back. Given to one thread at a time, once a second.
    std::vector<const Server*> better_than(const Server& current, Clock::time_point now);

    // It does not take connections, or not this database's statements: not to be tried for so long.
    void failed(const Server& server, Clock::duration pause, const std::string& why);

    // True when it is the first connection to it that worked.
    bool connected(const Server& server);

  private:
    struct State {
        const Server* server;
        bool away = false;
        bool known = false;
        Clock::time_point again{};
    };

    State& state_of(const Server& server);
    void log(const std::string& text) const;

    const DatabaseSettings& settings_;
    std::mutex mutex_;
    std::vector<State> states_;  // in the order of preference
    Clock::time_point next_look_{};
};

// As the configuration names it: `unix:PATH` or `HOST:PORT`.
std::string address(const Server& server);

}  // namespace helpdesk::db
