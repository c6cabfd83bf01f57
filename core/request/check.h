// From variables to checked values: every rule that needs no database.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answer/problem.h"
#include "model/action.h"
#include "model/value.h"
#include "request/conditions.h"
#include "request/input.h"

namespace helpdesk {

// A variable of a record, as it was read.
struct Stored {
    const Variable* variable;
    std::string text;
};

// One call of a writing action. On add it holds every variable, on update only the supplied ones (a new
// identifier among them); never the companions, whose values stand with the variable they belong to.
struct Write {
    const Action* action;
    std::string identifier;
    std::optional<std::uint64_t> id;  // finds the record instead of the identifier
    std::vector<Value> values;
    std::vector<Stored> beside = {};  // what else the address was made of to which `located` values belong
    // Of an upsert, which is an update: the add that is done if there is no such record.
    std::unique_ptr<Write> when_missing = {};
    std::vector<std::string> if_match = {};  // tags, one of which the record must have; none: no matter
    std::optional<Repeatable> repeatable = {};

    // The value of a variable; null: the write has none.
    Value* find(const Variable& variable);
    const Value* find(const Variable& variable) const;
    // The password to be hashed; null: none.
    std::string* password();
    // Puts its hash in its place, in `when_missing` too. Throws as helpdesk::hash_password() does.
    void hash_password(int cost);
};

// A question whether a password is right.
struct SignInCheck {
    const Action* action;
    std::string identifier;
    std::string password;
};

// The values of a call, with every problem added to `problems`; what is returned beside problems is no good.
Write check(const Action& action, const Variables& variables, const CheckOptions& options,
            Problems& problems);

SignInCheck check_sign_in(const Action& action, const Variables& variables, Problems& problems);

// A whole number from 1, in digits alone; nothing for anything else.
std::optional<std::uint64_t> parse_id(std::string_view text);

// What to tell a client whose number it is not.
inline constexpr std::string_view id_form = "must be a whole number from 1 to 18446744073709551615";

// `local@domain` of plausible form; not whether mail arrives.
bool is_email(std::string_view address);

}  // namespace helpdesk
