#include "connections.hpp"

#include <algorithm>
#include <map>

namespace helpdesk::ngx {

DatabaseConnections& DatabaseConnections::of(const DatabaseSettings& database, ngx_uint_t usual) {
    static std::map<const DatabaseSettings*, DatabaseConnections> all;
    const auto [found, is_new] = all.try_emplace(&database);
    DatabaseConnections& connections = found->second;
    if (is_new && database.servers.size() == 1) {
        connections.server_ = &server_at(address(database.servers.front()),
                                         database.connections > 0 ? database.connections : usual);
        ++connections.server_->databases;
    }
    return connections;
}

// The smallest number counts, as in the pool of the connections.
DatabaseConnections::Server& DatabaseConnections::server_at(const std::string& address, ngx_uint_t most) {
    static std::map<std::string, Server> all;
    Server& server = all.try_emplace(address, Server{.address = address, .most = most}).first->second;
    server.most = std::min(server.most, most);
    return server;
}

bool DatabaseConnections::is_one_left(Lane lane) const noexcept {
    if (server_ == nullptr)
        return true;
    const ngx_uint_t share =
        server_->databases > 1 ? std::max<ngx_uint_t>(1, server_->most - 1) : server_->most;
    return server_->tasks < server_->most && room(lane, tasks_, share) > 0;
}

void DatabaseConnections::begin(Lane lane) noexcept {
    tasks_.begin(lane);
    if (server_ != nullptr)
        ++server_->tasks;
}

void DatabaseConnections::end(Lane lane) noexcept {
    tasks_.end(lane);
    if (server_ != nullptr)
        --server_->tasks;
}

std::string DatabaseConnections::none_left() const {
    return "all " + std::to_string(server_->most) + " connections to database server " + server_->address +
           " were busy; raise connections of helpdesk_database, or use fewer threads";
}

}  // namespace helpdesk::ngx
