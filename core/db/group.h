// Carries out the writes and lists of database.h, by an Attempt: on the servers of a database, or in a test.
//
// Writes and look-ups of several calls share statements and a commit if they have the same shape. A call that
// shares fails alone: if the shared statement fails for any reason, its calls are carried out again, each by
// itself. Only if the connection is lost while it commits is the outcome of all of its calls unknown.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "db/database.h"
#include "db/session/attempts.h"

namespace helpdesk::db {

// These functions do what those of the same name in database.h do, except for telling other calls about a
// write.
WriteResult write(const Attempt& attempt, const Write& write);
std::vector<WriteResult> write_grouped(const Attempt& attempt, std::span<const Write* const> writes);
ReadResult read(const Attempt& attempt, const Reading& reading);
CountsResult read_counts(const Attempt& attempt, const Selection& selection);
std::vector<ReadResult> read_grouped(const Attempt& attempt, std::span<const Reading> readings);

// Names the longest of a selection's values. `most` is the number of bytes that the server accepts.
Problem too_large(const Selection& selection, std::uint64_t most);

inline bool has_problem(const Outcome& outcome, std::string_view code) {
    return std::any_of(outcome.problems.begin(), outcome.problems.end(),
                       [&](const Problem& problem) { return problem.code == code; });
}

}  // namespace helpdesk::db
