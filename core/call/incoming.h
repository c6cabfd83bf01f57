// A request on its way in, as the verb of its action finds it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "call/settings.h"
#include "key.h"
#include "model/action.h"
#include "request/conditions.h"
#include "request/request.h"

namespace helpdesk {

// What a verb's `begin` reads. What is wrong with the request is added to `problems`; then the work that
// `begin` returns is no good.
struct Incoming {
    const Settings& settings;
    const Request& request;
    const Variables& variables;  // by the names that the tables have for them
    const Action& action;
    const Key& key;
    Format format;
    Problems& problems;

    CheckOptions check_options() const;

    // Reads If-Match. Where a record has no ETag it would be passed over, and is a problem.
    std::vector<std::string> if_match(bool has_entity_tag) const;

    // Reads what a repeat of the request is known by, if it has an Idempotency-Key and nothing is wrong with
    // it.
    std::optional<Repeatable> repeatable(const std::vector<std::string>& if_match) const;

    // Refuses an Idempotency-Key.
    void refuse_idempotency_key(const std::string& why) const;
    // Refuses the conditions that a change cannot keep.
    void refuse_other_conditions() const;
};

}  // namespace helpdesk
