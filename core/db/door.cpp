// Carries out writes and lists on the servers of a database.
#include "db/database.h"

#include <algorithm>

#include "call/sign_in_changes.h"
#include "db/group.h"
#include "db/plan.h"
#include "db/statements/repeats.h"

namespace helpdesk {

WriteResult write(const DatabaseSettings& database, const Write& write) {
    const db::Attempt attempt = db::attempts_on(database);
    WriteResult result = db::write(attempt, write);
    note_change(write, result);
    if (result.problems.empty())
        db::forget_old_answers(attempt);
    return result;
}

std::vector<WriteResult> write_grouped(const DatabaseSettings& database,
                                       std::span<const Write* const> writes) {
    const db::Attempt attempt = db::attempts_on(database);
    std::vector<WriteResult> results = db::write_grouped(attempt, writes);
    for (std::size_t i = 0; i < writes.size(); ++i)
        note_change(*writes[i], results[i]);
    if (std::any_of(results.begin(), results.end(), [](const auto& one) { return one.problems.empty(); }))
        db::forget_old_answers(attempt);
    return results;
}

bool can_share(const Write& write) {
    const Verb& verb = write.action->verb;
    if ((!verb.removes && !verb.stores) || !write.only_if.empty())
        return false;
    const db::WritePlan plan(write);
    // An update of nothing stores nothing. The add of an upsert may be unable to share although its update
    // could.
    return (verb.removes || verb.adds || !plan.targets().empty()) && plan.can_share() &&
           (!write.when_missing || db::WritePlan(*write.when_missing).can_share());
}

bool adds_rows(const Write& write) {
    return db::WritePlan(write).adds_rows();
}

ReadResult read(const DatabaseSettings& database, const Reading& reading) {
    return db::read(db::attempts_on(database), reading);
}

std::vector<ReadResult> read_grouped(const DatabaseSettings& database, std::span<const Reading> readings) {
    return db::read_grouped(db::attempts_on(database), readings);
}

}  // namespace helpdesk
