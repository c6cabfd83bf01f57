// What is kept of writes that have an Idempotency-Key, in the transaction of each.
#pragma once

#include <optional>

#include "db/connection.h"
#include "db/database.h"
#include "db/session/attempts.h"

namespace helpdesk::db {

// Deletes answers that are older than a day: one call of many does, and deletes more than come in between. To
// be called after each write that was stored, whether it has an Idempotency-Key or not. Blocks.
void forget_old_answers(const Attempt& attempt);

// Holds the key until the transaction ends, against repeats that come meanwhile. Gives what was answered to
// the same request within the last day, or the problem that the key was used for another; nothing: it is the
// first.
std::optional<WriteResult> find_answer(Connection& connection, const Repeatable& repeatable);

// Keeps the answer for repeats, once the key is held.
void keep_answer(Connection& connection, const Repeatable& repeatable, const WriteResult& result);

}  // namespace helpdesk::db
