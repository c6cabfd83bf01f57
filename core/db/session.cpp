// What is done when a statement fails.
#include "attempts.h"

namespace helpdesk {
namespace db {
namespace {

// CR_SERVER_GONE_ERROR: the statement did not leave, or not whole. CR_SERVER_LOST is what comes later.
constexpr int gone_before_sending = 2006;

// Server and client error numbers, of both MySQL and MariaDB.
enum class Failure {
    lost,      // the connection is dead, or the server is going down
    conflict,  // somebody else was there at once: the transaction is rolled back and may be tried again
    refused,   // the server takes no such statements now: nothing was done, another server may take them
    timeout,
    full,
    other,
};

Failure classify(const sql::SQLException& error) {
    if (is_lost(error.getErrorCode()))
        return Failure::lost;
    switch (error.getErrorCode()) {
        case 1047:  // ER_UNKNOWN_COM_ERROR, of a Galera node that has lost its cluster
        case 1290:  // ER_OPTION_PREVENTS_STATEMENT: read only
        case 1836:  // ER_READ_ONLY_MODE
            return Failure::refused;
        case 1020:  // ER_CHECKREAD: the row changed since it was read
        case 1213:  // ER_LOCK_DEADLOCK
        case 1205:  // ER_LOCK_WAIT_TIMEOUT
        case 1452:  // ER_NO_REFERENCED_ROW_2: what a value refers to was deleted meanwhile
            return Failure::conflict;
        case 1969:  // ER_STATEMENT_TIMEOUT of MariaDB
        case 3024:  // ER_QUERY_TIMEOUT of MySQL
            return Failure::timeout;
        case 1021:  // ER_DISK_FULL
        case 1114:  // ER_RECORD_FILE_FULL
            return Failure::full;
        default:
            return Failure::other;
    }
}

}  // namespace

std::string describe(const sql::SQLException& error) {
    return "database error " + std::to_string(error.getErrorCode()) + " (" + error.getSQLState() +
           "): " + error.what();
}

namespace {

// ER_BEFORE_DML_VALIDATION_ERROR: so a member of a MySQL group refuses writes while the group changes its
// primary, before it becomes read-only. Nothing was done.
constexpr int no_longer_primary = 3098;

constexpr auto no_answer = "the database did not answer in time";
constexpr auto not_available = "the database is not available, try again";

}  // namespace

bool is_lost(int error) {
    switch (error) {
        case 1053:  // ER_SERVER_SHUTDOWN
        case 1077:  // ER_NORMAL_SHUTDOWN
        case 1152:  // ER_ABORTING_CONNECTION
        case 1180:  // ER_ERROR_DURING_COMMIT, of a Galera node that lost its cluster meanwhile
        case 1927:  // ER_CONNECTION_KILLED
        case 4031:  // ER_CLIENT_INTERACTION_TIMEOUT
            return true;
        default:
            // The client library's own numbers: no telling what the server got.
            return error >= 2000 && error < 3000;
    }
}

Outcome Attempts::run() {
    while (true) {
        if (auto none = session_.prepare()) {
            if (none->timed_out)
                fail(code::database_timeout, no_answer, std::move(none->why));
            else
                fail(code::database_unavailable, not_available, std::move(none->why));
            return std::move(failed_);
        }
        const auto begin = std::chrono::steady_clock::now();
        try {
            session_.run(operation_);
            return {};
        } catch (const sql::SQLException& error) {
            const auto waited = std::chrono::steady_clock::now() - begin;
            if (!may_retry(error, waited))
                return std::move(failed_);
        } catch (...) {
            // The transaction may be open, a result half read.
            session_.drop();
            throw;
        }
    }
}

bool Attempts::may_retry(const sql::SQLException& error, std::chrono::nanoseconds waited) {
    if (auto problem = operation_.explain(error.getErrorCode())) {
        session_.roll_back();
        failed_.problems = {std::move(*problem)};
        return false;
    }
    const Failure failure = error.getErrorCode() == no_longer_primary ? Failure::refused : classify(error);
    // After an error that we do not know, the connection's state is not known either.
    if (failure == Failure::refused || (failure == Failure::lost && waited >= read_timeout_))
        session_.leave(describe(error));
    else if (failure == Failure::lost || failure == Failure::other)
        session_.drop();
    else
        session_.roll_back();
    switch (failure) {
        case Failure::lost:
            may_be_done_ =
                may_be_done_ || (operation_.committing() && error.getErrorCode() != gone_before_sending);
            if (waited >= read_timeout_)
                return fail(code::database_timeout, no_answer, describe(error));
            if ((!may_be_done_ || operation_.repeatable()) && losses_++ == 0)
                return true;
            return fail(code::database_unavailable, not_available, describe(error));
        case Failure::refused:
            if (++refusals_ < session_.servers())
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

// However a repeated write fails: the first attempt may have made the change.
bool Attempts::fail(std::string_view code, std::string text, std::string log) {
    if (may_be_done_) {
        code = code::outcome_unknown;
        text = operation_.repeatable()
                   ? "the database was lost while it stored the change, which may or may not have happened; "
                     "send "
                     "the request again with the same Idempotency-Key"
                   : "the database was lost while it stored the change, which may or may not have happened";
    }
    failed_.problems = {{code, "", std::move(text)}};
    failed_.log = std::move(log);
    return false;
}

}  // namespace db
}  // namespace helpdesk
