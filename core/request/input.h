// The input from which the kinds of a resource's variables read values.
#pragma once

#include <string>
#include <string_view>

#include "answer/problem.h"
#include "model/resource.h"
#include "request/decode.h"

namespace helpdesk {

struct Key;

struct CheckOptions {
    bool check_email = false;
    bool reject_unknown_choices = false;  // otherwise an unknown choice becomes the default
    const Key* key = nullptr;             // whose actions say which rows `create_new` may add; null: all
    bool renames = true;                  // otherwise a new name is ignored, as in rows of an import
};

// Holds what a kind may look at, and where it reports problems. Each rule reports and continues, so that the
// client learns of all problems at once.
struct Input {
    const Resource& resource;
    const Variables& variables;
    const CheckOptions& options;
    bool adding;
    Problems& problems;
    bool bringing = false;  // a record from elsewhere; then it is `adding`, too

    // Returns whether the call supplies a variable. On add, an empty value counts as omitted, unless the
    // record is brought from elsewhere.
    bool has(std::string_view name) const;
    std::string_view get(std::string_view name) const { return variables.get(name); }

    void problem(const Variable& variable, std::string_view code, std::string text) const;
    // Reports a text that is longer than the variable allows, and returns whether it is.
    bool too_long(const Variable& variable, std::string_view text) const;
};

// Tells a client that a text is longer than the variable allows.
std::string too_long_text(const Variable& variable);

}  // namespace helpdesk
