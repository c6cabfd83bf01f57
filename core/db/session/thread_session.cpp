#include "db/session/thread_session.h"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "db/session/errors.h"
#include "db/session/per_database.h"
#include "metrics.h"

namespace helpdesk {
namespace db {
namespace {

std::atomic<int> live_threads = 0;

// Tells the client library when a thread begins and ends, and counts the threads.
class ThreadRegistration {
  public:
    ThreadRegistration() {
        driver().threadInit();
        ++live_threads;
    }
    ~ThreadRegistration() {
        driver().threadEnd();
        --live_threads;
    }
    ThreadRegistration(const ThreadRegistration&) = delete;
    ThreadRegistration& operator=(const ThreadRegistration&) = delete;
};

void register_thread() {
    thread_local const ThreadRegistration registration;
}

using ServerPool = Pool<ThreadSession::Kept>;

// The pools of all databases, by the server's address.
struct ServerPools {
    std::mutex mutex;
    std::map<std::string, ServerPool> pools;
};

// Never destroyed, because the idle connections in it use other such objects.
ServerPools& server_pools() {
    static ServerPools* const all = new ServerPools;
    return *all;
}

unsigned default_connections = 32;

// The pools of one database's servers.
class DatabasePools {
  public:
    explicit DatabasePools(const DatabaseSettings& database) {
        ServerPools& all = server_pools();
        const std::size_t limit = database.connections > 0 ? database.connections : default_connections;
        const std::scoped_lock lock(all.mutex);
        for (const Server& server : database.servers) {
            ServerPool& pool = all.pools.try_emplace(address(server), limit).first->second;
            pool.lower_limit(limit);
            pools_.emplace(&server, &pool);
        }
    }

    ServerPool& of(const Server& server) const { return *pools_.at(&server); }

  private:
    std::map<const Server*, ServerPool*> pools_;
};

ServerPool& pool_of(const DatabaseSettings& database, const Server& server) {
    return per_database<DatabasePools>(database).of(server);
}

// A server takes a moment to forget a closed connection and its statements. A busy one takes longer.
constexpr std::array pauses_until_forgotten = {std::chrono::milliseconds(5), std::chrono::milliseconds(45),
                                               std::chrono::milliseconds(200),
                                               std::chrono::milliseconds(750)};

// ER_READ_ONLY_MODE: nothing was done, and another server may take the statement.
constexpr int refused = 1836;

constexpr auto takes_no_writes = "it is read-only";

// A server that has no connection left for us still works, and its other connections continue to write.
bool is_full(const sql::SQLException& error) {
    switch (error.getErrorCode()) {
        case 1040:  // ER_CON_COUNT_ERROR
        case 1203:  // ER_TOO_MANY_USER_CONNECTIONS
        case 1226:  // ER_USER_LIMIT_REACHED
            return true;
        default:
            return false;
    }
}

}  // namespace

ThreadSession::ThreadSession(const DatabaseSettings& database)
    : database_(database), servers_(per_database<Servers>(database)) {
    register_thread();
}

std::optional<Session::NoConnection> ThreadSession::prepare() {
    if (!lease_)
        take_idle();
    if (lease_)
        if (auto none = check())
            return none;
    return lease_ ? std::nullopt : connect();
}

// Returns whether the connection's server was left, or went out of use, since the connection was made. The
// server may be in use again, but a result of an older decision must not count.
bool ThreadSession::is_stale(const Kept& kept) const {
    return servers_.several() &&
           (in_use_.server != &kept.connection->server() || kept.decision != in_use_.made.number ||
            servers_.left_since(in_use_, kept.begin));
}

void ThreadSession::take_idle() {
    in_use_ = servers_.in_use();
    if (in_use_.server == nullptr)
        return;
    ServerPool& pool = pool_of(database_, *in_use_.server);
    do
        lease_ = pool.take_idle(&database_);
    while (lease_ && is_stale(*lease_->item));
}

void ThreadSession::give_back() {
    if (!lease_)
        return;
    in_use_ = servers_.in_use();
    if (is_stale(*lease_->item))
        return drop();
    std::move(*lease_).give_back(&database_, database_.idle_timeout);
    lease_.reset();
    pool_of(database_, *in_use_.server).close_overdue();
}

// Ping first: if a statement that commits by itself were the first to meet a dead connection, nobody could
// tell whether it was carried out. With several servers, the question whether the server still takes writes
// serves as the ping, so that reads do not stay on a server that was demoted.
std::optional<Session::NoConnection> ThreadSession::check() {
    if (servers_.several()) {
        in_use_ = servers_.in_use();
        if (is_stale(*lease_->item)) {
            drop();
            return std::nullopt;
        }
        go_back();
    }
    begin_ = Clock::now();
    std::string why = "it does not answer";
    bool read_only = false;
    try {
        if (servers_.several() ? !connection().look_is_due() || connection().takes_writes()
                               : connection().ready())
            return std::nullopt;
        read_only = servers_.several();
        if (read_only)
            why = takes_no_writes;
    } catch (const sql::SQLException& error) {
        why = describe(error);
    }
    const bool timed_out = Clock::now() - begin_ >= database_.read_timeout;
    if (timed_out || read_only)
        leave(why);
    else
        lose();
    if (!timed_out)
        return std::nullopt;
    return NoConnection{.timed_out = true, .why = "the database did not answer a ping in time"};
}

std::optional<Session::NoConnection> ThreadSession::connect() {
    // There is more than one round only if another thread, perhaps of another process, has just moved to
    // another server, or connected to one that failed here.
    constexpr int rounds = 3;
    NoConnection none;
    for (int round = 0; round < rounds; ++round) {
        in_use_ = servers_.in_use();
        // Using one of our servers would divide the writes between two servers.
        if (in_use_.server == nullptr)
            return NoConnection{
                .why = "the database server in use since the last failover is not in this configuration"};
        const auto servers = servers_.to_try(in_use_, Clock::now());
        if (servers.empty()) {
            none.why = "all database servers failed a moment ago, " + address(*in_use_.server) + ": " +
                       servers_.last_failure(*in_use_.server);
            none.told = servers_.told(*in_use_.server);
        }
        const Next next = connect_to_one_of(servers, none);
        if (lease_)
            return std::nullopt;
        if (next != Next::round)
            break;
    }
    return none;
}

ThreadSession::Next ThreadSession::connect_to_one_of(const std::vector<const Server*>& servers,
                                                     NoConnection& none) {
    for (const Server* server : servers) {
        Opened opened = open(*server, database_.connect_timeout, none);
        if (opened.lease && servers_.use_instead(*server, in_use_)) {
            adopt(std::move(*opened.lease));
            return Next::none;
        }
        if (opened.lease)
            return Next::round;
        if (opened.next != Next::server && server == in_use_.server)
            return opened.next;
    }
    return Next::none;
}

ThreadSession::Opened ThreadSession::open(const Server& server, Clock::duration patience,
                                          NoConnection& none) {
    ServerPool& pool = pool_of(database_, server);
    std::optional<Lease> lease = pool.take(&database_, patience);
    if (!lease) {
        none = {.why = "all " + std::to_string(pool.limit()) + " connections to database server " +
                       address(server) +
                       " were busy; raise connections of helpdesk_database, or use fewer threads",
                .told = {code::overloaded, "", "all connections to the database are busy, try again"}};
        return {.next = Next::none};
    }
    if (lease->item && is_stale(*lease->item))
        lease->item.reset();
    const bool is_new = !lease->item;
    const auto begin = Clock::now();
    try {
        if (is_new)
            lease->item.emplace(Kept{.connection = make(server, lease->took_place), .begin = begin});
        ServerConnection& connection = *lease->item->connection;
        if (!servers_.several() || connection.takes_writes()) {
            if (is_new && servers_.connected(server))
                check_durability(connection);
            return {.lease = std::move(lease)};
        }
        none = {.why = takes_no_writes};
    } catch (const sql::SQLException& error) {
        none = {.why = describe(error), .told = connect_problem(error)};
        if (is_full(error))
            return {.next = Next::none};
    }
    const bool failed = servers_.failed(server, in_use_, begin, none.why, none.told);
    if (servers_.several())
        none.why = "database server " + address(server) + ": " + none.why;
    return {.next = failed ? Next::server : Next::round};
    // The analyzer loses sight of what the lease owns.
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks)

// Other programs may have taken the connections that the server allows. Then our idle connections make room,
// if there are any. `made_room` tells that one was already closed for this.
std::unique_ptr<ServerConnection> ThreadSession::make(const Server& server, bool made_room) {
    for (const auto pause : pauses_until_forgotten) {
        try {
            return std::make_unique<ServerConnection>(database_, server);
        } catch (const sql::SQLException& error) {
            made_room = is_full(error) && (made_room || pool_of(database_, server).close_idle() > 0);
            if (!made_room)
                throw;
        }
        std::this_thread::sleep_for(pause);
    }
    return std::make_unique<ServerConnection>(database_, server);
}

// Does not wait for room in the pool: the call has a connection that works.
void ThreadSession::go_back() {
    NoConnection none;
    for (const Server* server : servers_.better_than(in_use_, Clock::now())) {
        Opened opened = open(*server, Clock::duration::zero(), none);
        if (opened.lease && servers_.go_back(*server, in_use_))
            return adopt(std::move(*opened.lease));
    }
}

// Once another server is in use, no statement goes to this one: neither within a transaction nor as its
// COMMIT.
void ThreadSession::adopt(Lease lease) {
    lease_ = std::move(lease);
    in_use_ = servers_.in_use();
    lease_->item->decision = in_use_.made.number;
    connection().when_statements_are_full([&pool = pool_of(database_, connection().server())] {
        if (pool.close_idle() > 0)
            std::this_thread::sleep_for(pauses_until_forgotten.back());
    });
    if (!servers_.several())
        return;
    connection().before_statements([&servers = servers_, &server = connection().server()] {
        if (servers.in_use().server != &server)
            throw sql::SQLException("another database server is now in use", "HY000", refused);
    });
}

void ThreadSession::check_durability(ServerConnection& connection) {
    try {
        const std::string risk = connection.durability_risk();
        const std::string& name = connection.name();
        set_gauge(metric::durable, {name}, risk.empty() ? 1 : 0);
        if (!risk.empty() && database_.warn)
            database_.warn("database server " + name + " has " + risk +
                           ": a crash of its machine may lose changes that were acknowledged; set them to 1");
    } catch (const sql::SQLException& error) {
        if (is_lost(error.getErrorCode()))
            throw;
        // The engine is not InnoDB, and has other settings.
    }
}

void ThreadSession::run(Operation& operation) {
    begin_ = Clock::now();
    const GaugeIncrement busy(metric::connections_busy, connection().name(), database_.name);
    operation.run(connection());
    if (operation.committing())
        servers_.acknowledged(connection().server());
}

void ThreadSession::roll_back() {
    try {
        connection().rollback();
    } catch (const sql::SQLException&) {
        drop();
    }
}

void ThreadSession::lose() {
    pool_of(database_, connection().server()).close_idle(&database_);
    drop();
}

void ThreadSession::leave(const std::string& why) {
    if (in_use_.server == &connection().server())
        servers_.leave(in_use_, begin_, why);
    lose();
}

Outcome attempt(const DatabaseSettings& database, Operation& operation) {
    try {
        ThreadSession session(database);
        Outcome outcome = Attempts(session, operation, database.read_timeout).run();
        session.give_back();
        return outcome;
    } catch (const std::exception& error) {
        return {.problems = {problem_of_status(500)}, .log = error.what()};
    }
}

Attempt attempts_on(const DatabaseSettings& database) {
    return [&database](Operation& operation) { return attempt(database, operation); };
}

}  // namespace db

void set_default_connections(unsigned connections) {
    db::default_connections = connections;
}

bool close_overdue_connections() {
    db::ServerPools& all = db::server_pools();
    const std::scoped_lock lock(all.mutex);
    bool others = false;
    for (auto& [address, pool] : all.pools) {
        pool.close_overdue();
        others = others || pool.idle() > 0;
    }
    return others;
}

bool close_database_connections(std::chrono::milliseconds longest) {
    const auto end = std::chrono::steady_clock::now() + longest;
    while (db::live_threads > 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    db::ServerPools& all = db::server_pools();
    const std::scoped_lock lock(all.mutex);
    for (auto& [address, pool] : all.pools)
        pool.close_idle();
    return db::live_threads == 0;
}

}  // namespace helpdesk
