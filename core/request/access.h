// Decides who may call: a key is valid until its last day, from its networks, for its actions. None of it
// needs the database.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "answer/problem.h"
#include "key.h"
#include "model/action.h"
#include "network.h"

namespace helpdesk {

// Holds who calls, and what. `action` is null if the request names none, or one that does not exist. `key` is
// null if the request shows no valid key.
struct Caller {
    const Key* key = nullptr;
    const Action* action = nullptr;
};

// A refused request. `log` is for the operator: it may name the key's block, and never holds the key itself.
struct Refusal {
    Problem problem;
    std::string log;
};

// Says how the key was sent.
enum class KeySent { not_at_all, in_url, properly };

// Returns why the caller must be refused. `in_url` means that the key came in the URL, where it is not
// allowed. Returns nothing if the caller may come in; then there is a key.
std::optional<Refusal> check_key(KeySent sent, const Key* key, const Address& address,
                                 std::chrono::sys_days today);

std::optional<Refusal> check_action(const Key& key, const Action& action);

// Returns the refusal of a call whose key has as many calls under way as it may have.
Refusal too_many_calls(const Key& key);

}  // namespace helpdesk
