// The request as the verb of its action reads it.
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

// Passed to a verb's `begin`. Whatever is wrong with the request is added to `problems`; then the work that
// `begin` returns must not be used.
struct Incoming {
    const Settings& settings;
    const Request& request;
    const Variables& variables;  // with the names that the tables have for them
    const Action& action;
    const Key& key;
    Format format;
    Problems& problems;

    CheckOptions check_options() const;

    // Reads If-Match. Where the record has no ETag the header is a problem, because it could only be ignored.
    std::vector<std::string> if_match(bool has_entity_tag) const;

    // Returns what identifies repeats of the request. Returns nothing if the request has no Idempotency-Key,
    // or has problems.
    std::optional<Repeatable> repeatable(const std::vector<std::string>& if_match) const;

    // Reports an Idempotency-Key as a problem. `why` ends its text.
    void refuse_idempotency_key(const std::string& why) const;
    // Reports conditions that a change does not support.
    void refuse_other_conditions() const;
};

}  // namespace helpdesk
