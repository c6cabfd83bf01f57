// The connection that a thread has to a database while it works on it. It always leads to the server in use.
// It comes from the process's pool and goes back there.
#pragma once

#include <memory>

#include "db/session/attempts.h"
#include "db/session/pool.h"
#include "db/session/server_connection.h"
#include "db/session/servers.h"

namespace helpdesk::db {

class ThreadSession : public Session {
  public:
    explicit ThreadSession(const DatabaseSettings& database);

    std::optional<NoConnection> prepare() override;
    void run(Operation& operation) override;
    void roll_back() override;
    void drop() override { lease_.reset(); }
    void lose() override;
    void leave(const std::string& why) override;
    std::size_t servers() const override { return database_.servers.size(); }

    // Keeps the connection, if there is one, for the next call. Must only be called if the last attempt left
    // no open transaction.
    void give_back();

    using Clock = Servers::Clock;

    // A connection that nobody uses.
    struct Kept {
        std::unique_ptr<ServerConnection> connection;
        Clock::time_point begin;     // when the attempt to connect began
        std::uint32_t decision = 0;  // the number of the decision for its server
    };

  private:
    using Lease = Pool<Kept>::Lease;

    // Says what to try after a server that cannot be used: the next one, all of them again, or nothing.
    enum class Next { server, round, none };

    struct Opened {
        std::optional<Lease> lease{};  // none: the server failed, or takes no writes
        Next next = Next::server;
    };

    ServerConnection& connection() { return *lease_->item->connection; }
    bool is_stale(const Kept& kept) const;
    void take_idle();
    std::optional<NoConnection> check();
    std::optional<NoConnection> connect();
    Next connect_to_one_of(const std::vector<const Server*>& servers, NoConnection& none);
    Opened open(const Server& server, Clock::duration patience, NoConnection& none);
    std::unique_ptr<ServerConnection> make(const Server& server, bool made_room);
    void go_back();
    void adopt(Lease lease);
    void check_durability(ServerConnection& connection);

    const DatabaseSettings& database_;
    Servers& servers_;
    std::optional<Lease> lease_;  // holds the connection
    Servers::Decision in_use_{};
    Clock::time_point begin_{};  // when the connection's last use began
};

}  // namespace helpdesk::db
