// Keeps the answers to writes that have an Idempotency-Key, in the transaction of each.
#pragma once

#include <optional>

#include "db/connection.h"
#include "db/database.h"
#include "db/session/attempts.h"

namespace helpdesk::db {

// Deletes answers that are older than a day. Only one of many calls does so, and it deletes more than are
// added between two. Must be called after each write that was stored, with or without an Idempotency-Key.
// Blocks.
void forget_old_answers(const Attempt& attempt);

// Locks the key until the transaction ends, so that a repeat waits for it. Returns the answer to the same
// request within the last day, or the problem that the key was used for another request. Returns nothing if
// the request is the first with its key.
std::optional<WriteResult> find_answer(Connection& connection, const Repeatable& repeatable);

// Returns whether there is an answer that counts, to whatever request. Locks nothing.
bool has_answer(Connection& connection, const Repeatable& repeatable);

// The record that an answer is about.
struct AnsweredRecord {
    std::string_view table;
    std::uint64_t number;
};

// Keeps the answer for repeats. The key must be locked.
void keep_answer(Connection& connection, const Repeatable& repeatable, const WriteResult& result,
                 const AnsweredRecord& record);

// Puts another answer in the place of all that are kept about the record.
void replace_answers(Connection& connection, const AnsweredRecord& record, const std::string& answer);

// Lets all answers that are kept about the record be about another one of its table.
void move_answers(Connection& connection, const AnsweredRecord& record, std::uint64_t to);

}  // namespace helpdesk::db
