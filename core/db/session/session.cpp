// Decides what to do when a statement fails.
#include "db/session/attempts.h"
#include "db/session/errors.h"

namespace helpdesk {
namespace db {
namespace {

constexpr auto no_answer = "the database did not answer in time";
constexpr auto not_available = "the database is not available, try again";

}  // namespace

Outcome Attempts::run() {
    while (true) {
        if (auto none = session_.prepare()) {
            if (none->timed_out)
                fail(code::database_timeout, no_answer, std::move(none->why));
            else
                fail(none->told.code, std::move(none->told.text), std::move(none->why));
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
            // The transaction may be open, and a result half read.
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
    const Failure failure = classify(error);
    // After an unknown error the state of the connection is unknown, too.
    if (failure == Failure::refused || (failure == Failure::lost && waited >= read_timeout_))
        session_.leave(describe(error));
    else if (failure == Failure::lost)
        session_.lose();
    else if (failure == Failure::other)
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
            return fail(code::overloaded, "other writes hold locks on the same rows, try again",
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

// If a repeated write fails, in whatever way, the first attempt may still have made the change.
bool Attempts::fail(std::string_view code, std::string text, std::string log) {
    if (may_be_done_) {
        code = code::outcome_unknown;
        text =
            operation_.repeatable()
                ? "the connection to the database was lost while it stored the change, which may or may not "
                  "have been made; send the request again with the same Idempotency-Key"
                : "the connection to the database was lost while it stored the change, which may or may not "
                  "have been made";
    }
    failed_.problems = {{code, "", std::move(text)}};
    failed_.log = std::move(log);
    return false;
}

}  // namespace db
}  // namespace helpdesk
