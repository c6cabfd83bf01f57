// The variables of one call, as the kinds of a resource's variables read them.
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
    bool reject_unknown_choices = false;  // a choice that is none is an error, not the default
    const Key* key = nullptr;             // whose actions say which rows `create_new` may make; null: all
};

// What a kind may look at, and where it reports what is wrong. Each rule reports and goes on, so that the
// client learns of all problems at once.
struct Input {
    const Resource& resource;
    const Variables& variables;
    const CheckOptions& options;
    bool adding;
    Problems& problems;

    // Whether the call supplies a variable. On add an empty value is the same as an omitted one.
    bool has(std::string_view name) const;
    std::string_view get(std::string_view name) const { return variables.get(name); }

    void problem(const Variable& variable, std::string_view code, std::string text) const;
    // Reports a text that is longer than the variable takes, and returns whether it is.
    bool too_long(const Variable& variable, std::string_view text) const;
};

// What to tell a client whose text is longer than the variable takes.
std::string too_long_text(const Variable& variable);

}  // namespace helpdesk
