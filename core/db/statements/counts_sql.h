// The SQL that counts the records of a selection by what they have in common.
#pragma once

#include "db/statements/keyword_sql.h"

namespace helpdesk::db {

// Returns a SELECT with a column for each of count_outputs (model/counting.h), and a row for each value that
// the records have: one more than the selection's limit at most, in the order of the values.
//
// A median is the mean of the two values in the middle, if there are two. The 90th percentile is the smallest
// value that is not exceeded by 90 of 100. Minutes are whole, and none are negative. MySQL has no functions
// for either, so both servers number the values and pick.
Statement counts_sql(const Selection& selection, const std::optional<LeadingWord>& leading,
                     std::span<const std::string> field_texts);

}  // namespace helpdesk::db
