#include "db/session/servers.h"

#include <algorithm>
#include <utility>

#include "metrics.h"

namespace helpdesk::db {
namespace {

// With failback on: how often a thread looks whether a better server is back.
constexpr std::chrono::seconds between_looks{1};

// A server that failed is not tried again for as long as the attempt took, within these limits. Calls must
// not pile up on a server that takes long to fail, nor hammer several that refuse at once.
constexpr std::chrono::milliseconds shortest_pause{50};
constexpr std::chrono::milliseconds longest_pause{1000};

// How long a server that was left is only tried if no other works.
constexpr std::chrono::seconds left_lately{10};

}  // namespace

Servers::Servers(const DatabaseSettings& settings) : settings_(settings) {
    for (const Server& server : settings.servers)
        states_.push_back({.server = &server, .id = Choice::id_of(address(server))});
    std::stable_partition(states_.begin(), states_.end(),
                          [](const State& state) { return !state.server->backup; });
    std::vector<Choice::Id> ids;
    for (const State& state : states_)
        ids.push_back(state.id);
    if (several())
        choice_.emplace(settings.name, ids);
}

Servers::Decision Servers::in_use() const {
    if (!several())
        return {.server = states_.front().server, .made = {}};
    const Choice::Decision made = choice_->current();
    const auto found = std::find_if(states_.begin(), states_.end(),
                                    [&](const State& state) { return state.id == made.server; });
    return {.server = found == states_.end() ? nullptr : found->server, .made = made};
}

bool Servers::State::is_paused(const Decision& in_use, Clock::time_point now) const {
    return decision == in_use.made.number && not_before > now;
}

bool Servers::State::is_left(const Decision& in_use, Clock::time_point since) const {
    return decision == in_use.made.number && left_at >= since;
}

std::vector<const Server*> Servers::to_try(const Decision& in_use, Clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    std::vector<const State*> states;
    for (const State& state : states_)
        if (!state.is_paused(in_use, now))
            states.push_back(&state);
    std::stable_partition(states.begin(), states.end(),
                          [&](const State* state) { return state->server == in_use.server; });
    std::stable_partition(states.begin(), states.end(),
                          [&](const State* state) { return !state->is_left(in_use, now - left_lately); });
    std::vector<const Server*> servers;
    servers.reserve(states.size());
    for (const State* state : states)
        servers.push_back(state->server);
    return servers;
}

std::vector<const Server*> Servers::better_than(const Decision& in_use, Clock::time_point now) {
    std::vector<const Server*> servers;
    if (!settings_.failback || states_.front().server == in_use.server)
        return servers;
    const std::scoped_lock lock(mutex_);
    if (now < next_look_)
        return servers;
    next_look_ = now + between_looks;
    for (const State& state : states_) {
        if (state.server == in_use.server)
            break;
        if (!state.is_paused(in_use, now))
            servers.push_back(state.server);
    }
    return servers;
}

bool Servers::use_instead(const Server& server, const Decision& from) {
    if (&server == from.server || !choice_->move(from.made, Choice::id_of(address(server))))
        return uses(server);
    const std::string left = address(*from.server);
    increment(metric::failovers, {left});
    log("database server " + left + " is left for " + address(server) + ": " + last_failure(*from.server) +
        (settings_.failback
             ? "; all calls go there, and go back when the former takes writes again: check that server"
             : "; all calls go there and do not go back by themselves: check the former server, and see "
               "\"Going back\" in the manual's page on several servers"));
    return true;
}

bool Servers::go_back(const Server& server, const Decision& from) {
    if (!choice_->move(from.made, Choice::id_of(address(server))))
        return uses(server);
    log("database server " + address(server) + " is back; all calls go to it again instead of " +
        address(*from.server));
    return true;
}

bool Servers::failed(const Server& server, const Decision& in_use, Clock::time_point begin,
                     const std::string& why, const Problem& told) {
    const Clock::time_point now = Clock::now();
    {
        const std::scoped_lock lock(mutex_);
        State& state = state_of(server);
        state.failure = why;
        state.told = told;
        if (std::max(state.connected_at, state.acknowledged_at) > begin)
            return false;
        const Clock::duration shortest = several() ? shortest_pause : Clock::duration::zero();
        state.not_before = now + std::clamp<Clock::duration>(now - begin, shortest, longest_pause);
        state.decision = in_use.made.number;
    }
    increment(metric::failures, {address(server)});
    set_gauge(metric::up, {address(server)}, 0);
    return true;
}

void Servers::leave(const Decision& in_use, Clock::time_point begin, const std::string& why) {
    {
        const std::scoped_lock lock(mutex_);
        State& state = state_of(*in_use.server);
        if (!several() || state.acknowledged_at > begin)
            return;
        state.failure = why;
        state.left_at = Clock::now();
        state.decision = in_use.made.number;
    }
    increment(metric::failures, {address(*in_use.server)});
    set_gauge(metric::up, {address(*in_use.server)}, 0);
}

bool Servers::left_since(const Decision& in_use, Clock::time_point then) {
    const std::scoped_lock lock(mutex_);
    return state_of(*in_use.server).is_left(in_use, then);
}

bool Servers::connected(const Server& server) {
    bool first = false;
    {
        const std::scoped_lock lock(mutex_);
        State& state = state_of(server);
        first = !std::exchange(state.known, true);
        state.connected_at = Clock::now();
        state.not_before = {};
    }
    increment(metric::connections, {address(server), settings_.name});
    set_gauge(metric::up, {address(server)}, 1);
    return first;
}

void Servers::acknowledged(const Server& server) {
    const std::scoped_lock lock(mutex_);
    state_of(server).acknowledged_at = Clock::now();
}

std::string Servers::last_failure(const Server& server) {
    const std::scoped_lock lock(mutex_);
    return state_of(server).failure;
}

Problem Servers::told(const Server& server) {
    const std::scoped_lock lock(mutex_);
    return state_of(server).told;
}

Servers::State& Servers::state_of(const Server& server) {
    return *std::find_if(states_.begin(), states_.end(),
                         [&](const State& state) { return state.server == &server; });
}

void Servers::log(const std::string& text) const {
    if (settings_.warn)
        settings_.warn(text);
}

}  // namespace helpdesk::db

std::string helpdesk::address(const Server& server) {
    return server.socket.empty() ? server.host + ":" + std::to_string(server.port) : "unix:" + server.socket;
}
