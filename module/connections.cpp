#include "connections.hpp"

#include <algorithm>
#include <map>

namespace helpdesk::ngx {

DatabaseConnections& DatabaseConnections::of(const DatabaseSettings& database, ngx_uint_t usual) {
    static std::map<const DatabaseSettings*, DatabaseConnections> all;
    const auto found = all.find(&database);
    if (found != all.end())
        return found->second;
    DatabaseConnections connections;
    for (const helpdesk::Server& server : database.servers)
        connections.servers_.push_back(
            &server_at(address(server), database.connections > 0 ? database.connections : usual));
    DatabaseConnections& made = all.emplace(&database, std::move(connections)).first->second;
    for (Server* server : made.servers_)
        ++server->databases;
    return made;
}

// The smallest number counts, as in the pool of the connections.
DatabaseConnections::Server& DatabaseConnections::server_at(const std::string& address, ngx_uint_t most) {
    static std::map<std::string, Server> all;
    Server& server = all.try_emplace(address, Server{.address = address, .most = most}).first->second;
    server.most = std::min(server.most, most);
    return server;
}

bool DatabaseConnections::is_one_left(const Server& server) const noexcept {
    const ngx_uint_t share = server.databases > 1 ? std::max<ngx_uint_t>(1, server.most - 1) : server.most;
    return server.tasks < server.most && tasks_ < share;
}

bool DatabaseConnections::is_one_left() const noexcept {
    return std::all_of(servers_.begin(), servers_.end(),
                       [this](const Server* server) { return is_one_left(*server); });
}

void DatabaseConnections::begin() noexcept {
    ++tasks_;
    for (Server* server : servers_)
        ++server->tasks;
}

void DatabaseConnections::end() noexcept {
    --tasks_;
    for (Server* server : servers_)
        --server->tasks;
}

std::string DatabaseConnections::none_left() const {
    const auto busy = std::find_if(servers_.begin(), servers_.end(),
                                   [this](const Server* server) { return !is_one_left(*server); });
    const Server& server = busy == servers_.end() ? *servers_.front() : **busy;
    return "all " + std::to_string(server.most) + " connections to database server " + server.address +
           " were busy; raise connections of helpdesk_database, or use fewer threads";
}

}  // namespace helpdesk::ngx
