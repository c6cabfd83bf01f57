// What rules write with a record, once it is stored and in its transaction.
#pragma once

#include <span>

#include "db/plan.h"

namespace helpdesk::db {

// Writes what the rules of all plans say. The records that they add to one resource share statements if there
// are several plans, whose numbers are then known to be steady.
void write_beside(Connection& connection, std::span<WritePlan* const> plans);

}  // namespace helpdesk::db
