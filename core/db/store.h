// The statements that store writes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "db/plan.h"

namespace helpdesk::db {

// Each carries out writes of one shape with one statement: the same action with the same variables. An add
// whose answer shows the number of its record gets that number; several of those need has_steady_numbers().
void insert_records(Connection& connection, std::span<WritePlan* const> plans);
// These two return the number of records that they found.
std::uint64_t update_records(Connection& connection, std::span<WritePlan* const> plans);
std::uint64_t delete_records(Connection& connection, std::span<WritePlan* const> plans);
// Marks one record as deleted, or as no longer deleted, and returns how many it found.
std::uint64_t mark_deleted(Connection& connection, WritePlan& plan, bool deleted);

// Deletes the rows of a list that belong to a record, some at a time, so that no statement takes long.
void delete_items(Connection& connection, const ListTable& list, std::uint64_t owner);

// Locks records in the order of their numbers, so that those who lock the same ones do not wait for each
// other.
void lock_in_order(Connection& connection, const Resource& resource, const std::vector<std::uint64_t>& ids);

// Returns whether insert_records() must find out the number of the record that it adds.
bool needs_numbers(const WritePlan& plan);
// Returns whether the numbers of the records that one statement adds are certain to be evenly apart.
bool has_steady_numbers(Connection& connection);

// Returns the AUTO_INCREMENT value of the last INSERT.
std::uint64_t last_insert_id(Connection& connection);

}  // namespace helpdesk::db
