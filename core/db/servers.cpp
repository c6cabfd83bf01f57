#include "servers.h"

#include <algorithm>

#include "../metrics.h"

namespace helpdesk::db {
namespace {

// How often a thread that uses a server of lower rank looks whether a better one is back.
constexpr std::chrono::seconds between_looks{1};

}  // namespace

Servers::Servers(const DatabaseSettings& settings) : settings_(settings) {
    for (const Server& server : settings.servers)
        states_.push_back({.server = &server});
    std::stable_partition(states_.begin(), states_.end(),
                          [](const State& state) { return !state.server->backup; });
}

std::vector<const Server*> Servers::to_try(Clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    std::vector<const Server*> servers;
    for (const State& state : states_)
        if (state.again <= now)
            servers.push_back(state.server);
    return servers;
}

std::vector<const Server*> Servers::better_than(const Server& current, Clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    std::vector<const Server*> servers;
    if (states_.front().server == &current || now < next_look_)
        return servers;
    next_look_ = now + between_looks;
    for (const State& state : states_) {
        if (state.server == &current)
            break;
        if (state.again <= now)
            servers.push_back(state.server);
    }
    return servers;
}

void Servers::failed(const Server& server, Clock::duration pause, const std::string& why) {
    bool news = false;
    {
        const std::scoped_lock lock(mutex_);
        State& state = state_of(server);
        news = !state.away;
        state.away = true;
        state.again = Clock::now() + pause;
    }
    const std::string name = address(server);
    count(metric::failures, {name});
    set(metric::up, {name}, 0);
    if (!news || states_.size() == 1)
        return;
    count(metric::failovers, {name});
    log("database server " + name + " is left for another: " + why +
        "; calls go to the next in helpdesk_database, and back when it answers: look after that server");
}

bool Servers::connected(const Server& server) {
    bool news = false;
    bool first = false;
    {
        const std::scoped_lock lock(mutex_);
        State& state = state_of(server);
        news = state.away;
        first = !state.known;
        state.away = false;
        state.known = true;
        state.again = {};
    }
    const std::string name = address(server);
    count(metric::connections, {name});
    set(metric::up, {name}, 1);
    if (news && states_.size() > 1)
        log("database server " + name + " is back; calls go to it again");
    return first;
}

Servers::State& Servers::state_of(const Server& server) {
    return *std::find_if(states_.begin(), states_.end(),
                         [&](const State& state) { return state.server == &server; });
}

void Servers::log(const std::string& text) const {
    if (settings_.warn)
        settings_.warn(text);
}

std::string address(const Server& server) {
    return server.socket.empty() ? server.host + ":" + std::to_string(server.port) : "unix:" + server.socket;
}

}  // namespace helpdesk::db
