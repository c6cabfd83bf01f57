// Writes what rules add to a write: other records, after its own record is stored and in the same
// transaction.
#pragma once

#include <span>
#include <vector>

#include "db/plan.h"
#include "db/words.h"

namespace helpdesk::db {

// Writes what the rules of the plans say. With several plans, the records that are added to one resource
// share statements; then the caller must know that has_steady_numbers().
void write_beside(Connection& connection, std::span<WritePlan* const> plans);

// Does the same, except that the texts whose words are to be indexed go to `texts`. The caller gives them to
// index_texts().
void write_beside(Connection& connection, std::span<WritePlan* const> plans, std::vector<IndexedText>& texts);

}  // namespace helpdesk::db
