// Each thread's connections, and what is done when a statement fails.
#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "../metrics.h"
#include "attempts.h"
#include "errors.h"
#include "per_database.h"
#include "servers.h"

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
    std::map<const DatabaseSettings*, std::unique_ptr<Connection>> connections;
};

std::unique_ptr<Connection>& thread_connection(const DatabaseSettings& database) {
    thread_local ThreadSessions sessions;
    return sessions.connections[&database];
}

class Attempts {
  public:
    Attempts(const DatabaseSettings& database, Operation& operation)
        : database_(database), operation_(operation), connection_(thread_connection(database)) {}

    Outcome run() {
        if (!check_connection())
            return std::move(failed_);
        while (true) {
            if (connection_ == nullptr && !connect())
                return std::move(failed_);
            const auto begin = std::chrono::steady_clock::now();
            try {
                run_once();
                return {};
            } catch (const sql::SQLException& error) {
                const auto waited = std::chrono::steady_clock::now() - begin;
                if (!may_retry(error, waited))
                    return std::move(failed_);
            } catch (...) {
                // The transaction may be open, a result half read.
                connection_.reset();
                throw;
            }
        }
    }

  private:
    void run_once() {
        const Raised busy(metric::connections_busy, connection_->name());
        operation_.run(*connection_);
    }

    // A statement that commits by itself shall not be what finds a dead connection: its outcome would not be
    // known.
    bool check_connection() {
        if (connection_ == nullptr)
            return true;
        const auto begin = Servers::Clock::now();
        if (several_servers())
            connect_first_of(per_database<Servers>(database_).better_than(connection_->server(), begin));
        if (connection_->ready())
            return true;
        connection_.reset();
        return Servers::Clock::now() - begin < database_.read_timeout ||
               fail(code::database_timeout, no_answer, "the database did not answer a ping in time");
    }

    bool connect() {
        failed_.log = "all database servers failed a moment ago";
        return connect_first_of(per_database<Servers>(database_).to_try(Servers::Clock::now())) ||
               fail(unreachable_.code, unreachable_.text, std::move(failed_.log));
    }

    bool connect_first_of(const std::vector<const Server*>& servers) {
        for (const Server* server : servers) {
            const auto begin = Servers::Clock::now();
            try {
                auto connection = std::make_unique<Connection>(database_, *server);
                if (per_database<Servers>(database_).connected(*server))
                    check_durability(*connection);
                connection_ = std::move(connection);
                return true;
            } catch (const sql::SQLException& error) {
                failed_.log = describe(error);
                unreachable_ = connect_problem(error);
                // One that takes long to fail shall not hold thread after thread.
                const auto took = Servers::Clock::now() - begin;
                per_database<Servers>(database_).failed(
                    *server, std::min<Servers::Clock::duration>(took, pause), failed_.log);
            }
        }
        return false;
    }

    void check_durability(Connection& connection) {
        try {
            const std::string risk = connection.durability_risk();
            const std::string& name = connection.name();
            set(metric::durable, {name}, risk.empty() ? 1 : 0);
            if (!risk.empty() && database_.warn)
                database_.warn(
                    "database server " + name + " has " + risk +
                    ": a crash of its machine may lose changes that were acknowledged; set them to 1");
        } catch (const sql::SQLException& error) {
            if (is_lost(error.getErrorCode()))
                throw;
            // Not InnoDB: it has other settings.
        }
    }

    bool several_servers() const { return database_.servers.size() > 1; }

    // The thread's next connection goes to another server, if there is one.
    void leave_server(const std::string& why) {
        if (several_servers())
            per_database<Servers>(database_).failed(connection_->server(), pause, why);
        connection_.reset();
    }

    bool may_retry(const sql::SQLException& error, std::chrono::nanoseconds waited) {
        if (auto problem = operation_.explain(error.getErrorCode())) {
            roll_back();
            failed_.problems = {std::move(*problem)};
            return false;
        }
        const Failure failure = classify(error);
        // After an error that we do not know, the connection's state is not known either.
        if (failure == Failure::refused || (failure == Failure::lost && waited >= database_.read_timeout))
            leave_server(describe(error));
        else if (failure == Failure::lost || failure == Failure::other)
            connection_.reset();
        else
            roll_back();
        switch (failure) {
            case Failure::lost:
                if (operation_.committing() && error.getErrorCode() != gone_before_sending)
                    return fail(code::outcome_unknown,
                                "the database was lost while it stored the change, which may or may not have "
                                "happened",
                                describe(error));
                if (waited >= database_.read_timeout)
                    return fail(code::database_timeout, no_answer, describe(error));
                if (losses_++ == 0)
                    return true;
                return fail(code::database_unavailable, not_available, describe(error));
            case Failure::refused:
                if (++refusals_ < database_.servers.size())
                    return true;
                return fail(code::database_unavailable, not_available, describe(error));
            case Failure::conflict:
                if (++conflicts_ < most_conflicts)
                    return true;
                return fail(code::overloaded, "other writes kept this one from its rows, try again",
                            describe(error));
            case Failure::timeout:
                return fail(code::database_timeout, no_answer, describe(error));
            case Failure::full:
                return fail(code::database_full, "the database has no room for the change", describe(error));
            case Failure::other:
                break;
        }
        return fail(code::internal_error, "the database refused the call", describe(error));
    }

    void roll_back() {
        try {
            connection_->rollback();
        } catch (const sql::SQLException&) {
            connection_.reset();
        }
    }

    bool fail(std::string_view code, std::string text, std::string log) {
        failed_.problems = {{code, "", std::move(text)}};
        failed_.log = std::move(log);
        return false;
    }

    // Before a server that hung, or took no statements, is tried again: at most so long.
    static constexpr std::chrono::seconds pause{1};

    static constexpr auto no_answer = "the database did not answer in time";
    static constexpr auto not_available = "the database is not available, try again";

    const DatabaseSettings& database_;
    Operation& operation_;
    std::unique_ptr<Connection>& connection_;
    Outcome failed_;
    Problem unreachable_{code::database_unavailable, "",
                         not_available};  // for which no server could be connected to
    int losses_ = 0;
    std::size_t refusals_ = 0;
    int conflicts_ = 0;
};

}  // namespace

Outcome attempt(const DatabaseSettings& database, Operation& operation) {
    try {
        return Attempts(database, operation).run();
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
