// Who may call: a key is good until its last day, from its networks, for its actions. All of it is known
// without the database.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "answer/problem.h"
#include "key.h"
#include "model/action.h"
#include "network.h"

namespace helpdesk {

// Who calls, and what: null where the request does not say, or names none that there is.
struct Caller {
    const Key* key = nullptr;
    const Action* action = nullptr;
};

// A request turned away. `log` is for the operator: it may name the key, and never holds it.
struct Refusal {
    Problem problem;
    std::string log;
};

// How the key was sent.
enum class KeySent { not_at_all, in_url, properly };

// Whether the caller may come in; `in_url` stands for a way that is not allowed. Nothing when it may, and
// then there is a key.
std::optional<Refusal> check_key(KeySent sent, const Key* key, const Address& address,
                                 std::chrono::sys_days today);

std::optional<Refusal> check_action(const Key& key, const Action& action);

// That the key has as many calls under way as it may.
Refusal too_many_calls(const Key& key);

}  // namespace helpdesk
