#include "thread_session.h"

#include <atomic>
#include <map>
#include <thread>

#include "../metrics.h"
#include "errors.h"
#include "per_database.h"

namespace helpdesk {
namespace db {
namespace {

std::atomic<int> live_threads = 0;

// Tells the client library of a thread's begin and end, and counts the threads.
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

struct ThreadSessions {
    ThreadRegistration registration;  // destroyed last
    std::map<const DatabaseSettings*, ThreadSession> sessions;
};

ThreadSession& thread_session(const DatabaseSettings& database) {
    thread_local ThreadSessions all;
    return all.sessions.try_emplace(&database, database).first->second;
}

// ER_READ_ONLY_MODE: nothing was done, and another server may take the statement.
constexpr int refused = 1836;

constexpr auto takes_no_writes = "it is read-only";

// A server that has no connection left for us works, and its other connections go on writing.
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
    : database_(database), servers_(per_database<Servers>(database)) {}

std::optional<Session::NoConnection> ThreadSession::prepare() {
    if (connection_ != nullptr)
        if (auto none = check())
            return none;
    return connection_ != nullptr ? std::nullopt : connect();
}

// Ping first: if a statement that commits by itself were the first to meet a dead connection, nobody could
// tell whether it was carried out. With several servers, the question whether the server still takes writes
// is the ping, so that reads do not stay on one that was demoted.
std::optional<Session::NoConnection> ThreadSession::check() {
    if (servers_.several()) {
        in_use_ = servers_.in_use();
        if (in_use_.server != &connection_->server() || servers_.left_since(in_use_, connected_at_)) {
            drop();
            return std::nullopt;
        }
        go_back();
    }
    begin_ = Clock::now();
    std::string why = "it does not answer";
    bool read_only = false;
    try {
        if (servers_.several() ? !connection_->look_is_due() || connection_->takes_writes()
                               : connection_->ready())
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
        drop();
    if (!timed_out)
        return std::nullopt;
    return NoConnection{.timed_out = true, .why = "the database did not answer a ping in time"};
}

std::optional<Session::NoConnection> ThreadSession::connect() {
    // More than one round only when another thread, perhaps of another process, has just moved to another
    // server, or connected to one that failed here.
    constexpr int rounds = 3;
    NoConnection none;
    for (int round = 0; round < rounds; ++round) {
        in_use_ = servers_.in_use();
        // To use one of ours would divide the writes between two servers.
        if (in_use_.server == nullptr)
            return NoConnection{.why =
                                    "the database server in use since the last failover is none of this "
                                    "configuration's servers"};
        const auto servers = servers_.to_try(in_use_, Clock::now());
        if (servers.empty()) {
            none.why = "all database servers failed a moment ago, " + address(*in_use_.server) + ": " +
                       servers_.last_failure(*in_use_.server);
            none.told = servers_.told(*in_use_.server);
        }
        const Next next = connect_to_one_of(servers, none);
        if (connection_ != nullptr)
            return std::nullopt;
        if (next != Next::round)
            break;
    }
    return none;
}

ThreadSession::Next ThreadSession::connect_to_one_of(const std::vector<const Server*>& servers,
                                                     NoConnection& none) {
    for (const Server* server : servers) {
        Opened opened = open(*server, none);
        if (opened.connection != nullptr && servers_.use_instead(*server, in_use_)) {
            adopt(std::move(opened));
            return Next::none;
        }
        if (opened.connection != nullptr)
            return Next::round;
        if (opened.next != Next::server && server == in_use_.server)
            return opened.next;
    }
    return Next::none;
}

ThreadSession::Opened ThreadSession::open(const Server& server, NoConnection& none) {
    const auto begin = Clock::now();
    try {
        auto connection = std::make_unique<Connection>(database_, server);
        if (!servers_.several() || connection->takes_writes()) {
            if (servers_.connected(server))
                check_durability(*connection);
            return {.connection = std::move(connection), .begin = begin};
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
}

void ThreadSession::go_back() {
    NoConnection none;
    for (const Server* server : servers_.better_than(in_use_, Clock::now())) {
        Opened opened = open(*server, none);
        if (opened.connection != nullptr && servers_.go_back(*server, in_use_))
            return adopt(std::move(opened));
    }
}

// No statement goes to the server once another is in use: neither within a transaction nor as its COMMIT.
void ThreadSession::adopt(Opened opened) {
    connection_ = std::move(opened.connection);
    connected_at_ = opened.begin;
    in_use_ = servers_.in_use();
    if (!servers_.several())
        return;
    connection_->before_statements([&servers = servers_, &server = connection_->server()] {
        if (servers.in_use().server != &server)
            throw sql::SQLException("another database server is in use by now", "HY000", refused);
    });
}

void ThreadSession::check_durability(Connection& connection) {
    try {
        const std::string risk = connection.durability_risk();
        const std::string& name = connection.name();
        set(metric::durable, {name}, risk.empty() ? 1 : 0);
        if (!risk.empty() && database_.warn)
            database_.warn("database server " + name + " has " + risk +
                           ": a crash of its machine may lose changes that were acknowledged; set them to 1");
    } catch (const sql::SQLException& error) {
        if (is_lost(error.getErrorCode()))
            throw;
        // Not InnoDB: it has other settings.
    }
}

void ThreadSession::run(Operation& operation) {
    begin_ = Clock::now();
    const Raised busy(metric::connections_busy, connection_->name());
    operation.run(*connection_);
    if (operation.committing())
        servers_.acknowledged(connection_->server());
}

void ThreadSession::roll_back() {
    try {
        connection_->rollback();
    } catch (const sql::SQLException&) {
        drop();
    }
}

void ThreadSession::leave(const std::string& why) {
    if (in_use_.server == &connection_->server())
        servers_.leave(in_use_, begin_, why);
    drop();
}

Outcome attempt(const DatabaseSettings& database, Operation& operation) {
    try {
        return Attempts(thread_session(database), operation, database.read_timeout).run();
    } catch (const std::exception& error) {
        return {.problems = {problem_of_status(500)}, .log = error.what()};
    }
}

}  // namespace db

void wait_for_database_threads(std::chrono::milliseconds longest) {
    const auto end = std::chrono::steady_clock::now() + longest;
    while (db::live_threads > 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace helpdesk
