// The parts of a record that is brought from elsewhere: records that belong to it, and are stored in the same
// transaction.
#pragma once

#include <cstdint>
#include <optional>

#include "db/plan.h"

namespace helpdesk::db {

// Stores the parts once their owner is stored. Holds a few of them at a time. Whatever is wrong becomes a
// problem of the owner; then not all of them are stored, and those that follow are not looked at.
void store_parts(Connection& connection, WritePlan& owner);

// Finds what is wrong with them as far as the first problem, and stores nothing.
void rehearse_parts(Connection& connection, WritePlan& owner);

// Explains an error of the server while parts were being stored.
std::optional<Problem> explain_parts(const Write& owner, int error, std::uint64_t largest_packet);

}  // namespace helpdesk::db
