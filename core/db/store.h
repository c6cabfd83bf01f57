// The statements that store writes.
#pragma once

#include <span>

#include "db/plan.h"

namespace helpdesk::db {

// One statement for writes of one shape: the same action with the same variables. An add whose answer shows
// its number gets it; several of those need has_steady_numbers().
void insert_records(Connection& connection, std::span<WritePlan* const> plans);
// Those two return the number of records that they found.
std::uint64_t update_records(Connection& connection, std::span<WritePlan* const> plans);
std::uint64_t delete_records(Connection& connection, std::span<WritePlan* const> plans);

// Whether insert_records() finds out the numbers of the records that it adds.
bool needs_numbers(const WritePlan& plan);
// Whether the numbers of the records that one statement adds are sure to be evenly apart.
bool has_steady_numbers(Connection& connection);

// Returns the AUTO_INCREMENT value of the last INSERT.
std::uint64_t last_insert_id(Connection& connection);

}  // namespace helpdesk::db
