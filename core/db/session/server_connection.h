// One connection to MySQL or MariaDB. All of its functions throw sql::SQLException.
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

// Returns the driver of the client library.
sql::Driver& driver();

// Returns whether a server should be asked if it still takes writes, so long after the connection's last
// statement and after it was last asked: once the connection rested for as long as ready() allows, and in any
// case after a second.
bool look_is_due(std::chrono::steady_clock::duration since_use,
                 std::chrono::steady_clock::duration since_look);

class ServerConnection : public Connection {
  public:
    // Connects to one of the servers and gives the session its settings (settings.h). Throws unsuitable() if
    // the server does not accept them, or has other settings with which our statements fail.
    ServerConnection(const DatabaseSettings& settings, const Server& server);

    const Server& server() const { return server_; }
    const std::string& name() const { return name_; }  // of the server

    // Returns which settings of the server can lose a change after it was acknowledged. Empty if there are
    // none.
    std::string durability_risk();

    // Returns whether the connection works. Asks the server if some time has passed since the last statement.
    bool ready();

    std::uint64_t largest_packet() const override { return largest_packet_; }
    void expect_room(const std::vector<Parameter>& parameters) const override;

    // Asks the server whether it would take a write. It would not if it is a replica, or a member of a group
    // that is not the primary.
    bool takes_writes();
    // Returns whether takes_writes() should be called before the next statement: after the same time as in
    // ready(), or after a second of uninterrupted use.
    bool look_is_due() const;

    // Sets what is called before each later query(), execute(), begin() and commit(). It may throw.
    void before_statements(std::function<void()> check) { before_statement_ = std::move(check); }

    // Sets what is called if the server has no room for another prepared statement even though this
    // connection dropped its own. It may drop statements of other connections.
    void when_statements_are_full(std::function<void()> make_room) { make_room_ = std::move(make_room); }

    std::unique_ptr<Rows> query(const std::string& sql, const std::vector<Parameter>& parameters) override;
    std::uint64_t execute(const std::string& sql, const std::vector<Parameter>& parameters) override;

    void begin() override;
    void commit() override;
    void rollback() override;

  private:
    void give_settings(const DatabaseSettings& settings);
    void end_inherited_transaction();
    void expect_room(std::size_t bytes) const;
    sql::PreparedStatement& prepare(const std::string& sql);
    std::unique_ptr<sql::PreparedStatement> prepare_in_little_room(const std::string& sql);
    sql::PreparedStatement& bind(const std::string& sql, const std::vector<Parameter>& parameters);

    const Server& server_;
    const std::string name_;
    // Members are destroyed in reverse order: statements before their connection.
    std::unique_ptr<sql::Connection> connection_;
    std::optional<GaugeIncrement> open_;
    std::uint64_t largest_packet_ = 0;
    std::chrono::steady_clock::time_point last_used_;
    std::chrono::steady_clock::time_point last_looked_;
    std::function<void()> before_statement_ = [] {};
    std::function<void()> make_room_ = [] {};
    std::unique_ptr<sql::Statement> statement_;
    std::unordered_map<std::string, std::unique_ptr<sql::PreparedStatement>> prepared_;
};

}  // namespace helpdesk::db
