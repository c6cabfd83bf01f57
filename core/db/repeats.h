// What is kept of writes that have an Idempotency-Key, in the transaction of each.
#pragma once

#include <optional>

#include "connection.h"

namespace helpdesk::db {

// How often a connection that takes such writes deletes what counts no more, in writes, and how much of it at
// most: more than they bring.
inline constexpr int writes_between_deletions = 64;
inline constexpr int most_deleted = 256;

// Deletes answers that are older than a day. Outside of a transaction.
void forget_old_answers(Connection& connection);

// Holds the key until the transaction ends, against repeats that come meanwhile. Gives what was answered to
// the same request within the last day, or the problem that the key was used for another; nothing: it is the
// first.
std::optional<WriteResult> find_answer(Connection& connection, const Repeatable& repeatable);

// Keeps the answer for repeats, once the key is held.
void keep_answer(Connection& connection, const Repeatable& repeatable, const WriteResult& result);

}  // namespace helpdesk::db
