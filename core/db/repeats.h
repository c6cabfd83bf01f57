// What is kept of writes that have an Idempotency-Key, in the transaction of each.
#pragma once

#include <optional>

#include "connection.h"

namespace helpdesk::db {

// Now and then deletes answers that are older than a day, more than come meanwhile. To be called before each
// such write, outside of a transaction.
void forget_old_answers(Connection& connection);

// Holds the key until the transaction ends, against repeats that come meanwhile. Gives what was answered to
// the same request within the last day, or the problem that the key was used for another; nothing: it is the
// first.
std::optional<WriteResult> find_answer(Connection& connection, const Repeatable& repeatable);

// Keeps the answer for repeats, once the key is held.
void keep_answer(Connection& connection, const Repeatable& repeatable, const WriteResult& result);

}  // namespace helpdesk::db
