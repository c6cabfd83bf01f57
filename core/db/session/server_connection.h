// One connection to MySQL or MariaDB. Everything here throws sql::SQLException.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "db/connection.h"
#include "db/database.h"
#include "db/session/connector.h"
#include "metrics.h"

namespace helpdesk::db {

// The client library.
sql::Driver& driver();

// Whether a connection should be asked if its server still takes writes, so long after its last statement and
// after it was last asked: when it rested as long as ready() lets it, and in any case after a second.
bool look_is_due(std::chrono::steady_clock::duration since_use,
                 std::chrono::steady_clock::duration since_look);

class ServerConnection : public Connection {
  public:
    // Connects to one of the servers and gives the session its settings (settings.h). Throws unsuitable() if
    // the server does not take them, or has others with which our statements fail.
    ServerConnection(const DatabaseSettings& settings, const Server& server);

    const Server& server() const { return server_; }
    const std::string& name() const { return name_; }  // the server's

    // What in the server's settings can lose a change after it was acknowledged; empty when nothing does.
    std::string durability_risk();

    // Whether it is alive: asks the server when some time has passed since the last statement.
    bool ready();

    std::uint64_t largest_packet() const override { return largest_packet_; }
    void expect_room(const std::vector<Parameter>& parameters) const override;

    // Whether the server would take a write: not while it is a replica, or a member of a group that is not
    // the primary. Asks the server.
    bool takes_writes();
    // Whether that should be asked before the next statement.
    bool look_is_due() const;

    // Calls this before each query(), execute(), begin() and commit() from now on; it may throw.
    void before_statements(std::function<void()> check) { before_statement_ = std::move(check); }

    // Calls this when the server has no room for another prepared statement although this connection dropped
    // its own; it may end statements of other connections.
    void when_statements_are_full(std::function<void()> make_room) { make_room_ = std::move(make_room); }

    std::unique_ptr<Rows> query(const std::string& sql, const std::vector<Parameter>& parameters) override;
    std::uint64_t execute(const std::string& sql, const std::vector<Parameter>& parameters) override;

    void begin() override;
    void commit() override;
    void rollback() override;

  private:
    void expect_encryption();
    void give_settings(const DatabaseSettings& settings);
    void end_inherited_transaction();
    void expect_room(std::size_t bytes) const;
    sql::PreparedStatement& prepare(const std::string& sql);
    std::unique_ptr<sql::PreparedStatement> prepare_in_little_room(const std::string& sql);
    sql::PreparedStatement& bind(const std::string& sql, const std::vector<Parameter>& parameters);

    const Server& server_;
    const std::string name_;
    // Destroyed in reverse: statements before their connection.
    std::unique_ptr<sql::Connection> connection_;
    std::optional<Raised> open_;
    std::uint64_t largest_packet_ = 0;
    std::chrono::steady_clock::time_point last_used_;
    std::chrono::steady_clock::time_point last_looked_;
    std::function<void()> before_statement_ = [] {};
    std::function<void()> make_room_ = [] {};
    std::unique_ptr<sql::Statement> statement_;
    std::unordered_map<std::string, std::unique_ptr<sql::PreparedStatement>> prepared_;
};

}  // namespace helpdesk::db
