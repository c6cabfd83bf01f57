// The writes and lists of database.h on whatever attempts their operations: a database's servers, or a test.
//
// Writes and look-ups of several calls at once share their statements and their commit if they have one
// shape. A call that shares fails alone: whatever the shared statement meets, the calls in it are carried out
// again, each by itself. Only a lost connection leaves all of a statement's calls in the same doubt.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "db/database.h"
#include "db/session/attempts.h"

namespace helpdesk::db {

// These do what the functions of the same name in database.h do, but for what other calls have to learn of a
// write.
WriteResult write(const Attempt& attempt, const Write& write);
std::vector<WriteResult> write_grouped(const Attempt& attempt, std::span<const Write* const> writes);
ReadResult read(const Attempt& attempt, const Reading& reading);
std::vector<ReadResult> read_grouped(const Attempt& attempt, std::span<const Reading> readings);

inline bool has_problem(const Outcome& outcome, std::string_view code) {
    return std::any_of(outcome.problems.begin(), outcome.problems.end(),
                       [&](const Problem& problem) { return problem.code == code; });
}

}  // namespace helpdesk::db
