// The connection that a thread has to a database, always to the server that is in use.
#pragma once

#include <memory>

#include "attempts.h"
#include "servers.h"

namespace helpdesk::db {

class ThreadSession : public Session {
  public:
    explicit ThreadSession(const DatabaseSettings& database);

    std::optional<NoConnection> prepare() override;
    void run(Operation& operation) override;
    void roll_back() override;
    void drop() override { connection_.reset(); }
    void leave(const std::string& why) override;
    std::size_t servers() const override { return database_.servers.size(); }

  private:
    using Clock = Servers::Clock;

    // What to try after a server that cannot be used: the next one, all of them again, or nothing.
    enum class Next { server, round, none };

    struct Opened {
        std::unique_ptr<Connection> connection{};  // null: the server failed, or takes no writes
        Clock::time_point begin{};
        Next next = Next::server;
    };

    std::optional<NoConnection> check();
    std::optional<NoConnection> connect();
    Next connect_to_one_of(const std::vector<const Server*>& servers, NoConnection& none);
    Opened open(const Server& server, NoConnection& none);
    void go_back();
    void adopt(Opened opened);
    void check_durability(Connection& connection);

    const DatabaseSettings& database_;
    Servers& servers_;
    std::unique_ptr<Connection> connection_;
    Clock::time_point connected_at_{};
    Servers::Decision in_use_{};
    Clock::time_point begin_{};  // of what the connection was last used for
};

}  // namespace helpdesk::db
