// Each thread's connections, and what is done when a statement fails.
#include <atomic>
#include <map>
#include <thread>

#include "connection.h"
#include "database.h"
#include "writer.h"

namespace helpdesk {
namespace {

std::atomic<int> live_threads = 0;

// Tells the client library of a thread's begin and end, and counts the threads.
class ThreadRegistration {
  public:
    ThreadRegistration() {
        db::driver().threadInit();
        ++live_threads;
    }
    ~ThreadRegistration() {
        db::driver().threadEnd();
        --live_threads;
    }
    ThreadRegistration(const ThreadRegistration&) = delete;
    ThreadRegistration& operator=(const ThreadRegistration&) = delete;
};

struct ThreadSessions {
    ThreadRegistration registration;  // destroyed last
    std::map<const DatabaseSettings*, std::unique_ptr<db::Connection>> connections;
};

std::unique_ptr<db::Connection>& thread_connection(const DatabaseSettings& database) {
    thread_local ThreadSessions sessions;
    return sessions.connections[&database];
}

// Server and client error numbers, of both MySQL and MariaDB.
enum class Failure {
    lost,      // the connection is dead, or the server is going down
    conflict,  // somebody else was there at once: the transaction is rolled back and may be tried again
    timeout,
    duplicate,
    other,
};

Failure classify(const sql::SQLException& error) {
    switch (error.getErrorCode()) {
        case 1053:  // ER_SERVER_SHUTDOWN
        case 1077:  // ER_NORMAL_SHUTDOWN
        case 1152:  // ER_ABORTING_CONNECTION
        case 1927:  // ER_CONNECTION_KILLED
        case 4031:  // ER_CLIENT_INTERACTION_TIMEOUT
            return Failure::lost;
        case 1020:  // ER_CHECKREAD: the row changed since it was read
        case 1213:  // ER_LOCK_DEADLOCK
        case 1452:  // ER_NO_REFERENCED_ROW_2: what a value refers to was deleted meanwhile
            return Failure::conflict;
        case 1205:  // ER_LOCK_WAIT_TIMEOUT
        case 1969:  // ER_STATEMENT_TIMEOUT of MariaDB
        case 3024:  // ER_QUERY_TIMEOUT of MySQL
            return Failure::timeout;
        case 1062:  // ER_DUP_ENTRY
            return Failure::duplicate;
        default:
            break;
    }
    // The client library's own numbers: no telling what the server got.
    const bool client_error = error.getErrorCode() >= 2000 && error.getErrorCode() < 3000;
    return client_error ? Failure::lost : Failure::other;
}

std::string describe(const sql::SQLException& error) {
    return "database error " + std::to_string(error.getErrorCode()) + " (" + error.getSQLState() +
           "): " + error.what();
}

// What becomes of one write: tries, and after a failure decides whether another try is safe and of use.
class Attempts {
  public:
    Attempts(const DatabaseSettings& database, const Write& write)
        : database_(database), write_(write), connection_(thread_connection(database)) {}

    WriteResult run() {
        while (true) {
            if (connection_ == nullptr && !connect())
                return std::move(failed_);
            db::Writer writer(*connection_, write_);
            const auto begin = std::chrono::steady_clock::now();
            try {
                return writer.run();
            } catch (const sql::SQLException& error) {
                const auto waited = std::chrono::steady_clock::now() - begin;
                if (!may_retry(error, writer.committing(), waited))
                    return std::move(failed_);
            }
        }
    }

  private:
    bool connect() {
        try {
            connection_ = std::make_unique<db::Connection>(database_);
            return true;
        } catch (const sql::SQLException& error) {
            fail(code::database_unavailable, "the database is not available, try again", describe(error));
            return false;
        }
    }

    bool may_retry(const sql::SQLException& error, bool committing, std::chrono::nanoseconds waited) {
        const Failure failure = classify(error);
        // After an error that we do not know, the connection's state is not known either.
        if (failure == Failure::lost || failure == Failure::other)
            connection_.reset();
        else
            roll_back();
        switch (failure) {
            case Failure::lost:
                if (committing)
                    return fail(code::outcome_unknown,
                                "the database was lost while it stored the change, which may or may not have "
                                "happened",
                                describe(error));
                if (waited >= database_.read_timeout)
                    return fail(code::database_timeout, "the database did not answer in time",
                                describe(error));
                if (losses_++ == 0)
                    return true;
                return fail(code::database_unavailable, "the database is not available, try again",
                            describe(error));
            case Failure::conflict:
                if (++conflicts_ < most_conflicts)
                    return true;
                return fail(code::overloaded, "other writes kept this one from its rows, try again",
                            describe(error));
            case Failure::timeout:
                return fail(code::database_timeout, "the database did not answer in time", describe(error));
            case Failure::duplicate:
                failed_.problems = {db::already_exists(write_)};
                return false;
            case Failure::other:
                break;
        }
        return fail(code::internal_error, "the database refused the change", describe(error));
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

    static constexpr int most_conflicts = 3;

    const DatabaseSettings& database_;
    const Write& write_;
    std::unique_ptr<db::Connection>& connection_;
    WriteResult failed_;
    int losses_ = 0;
    int conflicts_ = 0;
};

}  // namespace

WriteResult write(const DatabaseSettings& database, const Write& write) {
    try {
        return Attempts(database, write).run();
    } catch (const std::exception& error) {
        return {.problems = {problem_of_status(500)}, .identifier = {}, .log = error.what()};
    }
}

void wait_for_database_threads(std::chrono::milliseconds longest) {
    const auto end = std::chrono::steady_clock::now() + longest;
    while (live_threads > 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace helpdesk
