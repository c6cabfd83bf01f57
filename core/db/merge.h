// Merges a record into another one of its resource, once what belongs to it has gone there.
#pragma once

#include <cstdint>

#include "db/plan.h"

namespace helpdesk::db {

// Gives the other record what its resource's Merging says, and removes the one of the plan. What was done
// is added to what the plan tells; a list that becomes too long is a problem of it. Throws
// sql::SQLException.
void merge_record(Connection& connection, WritePlan& plan, std::uint64_t into);

}  // namespace helpdesk::db
