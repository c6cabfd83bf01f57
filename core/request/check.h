// From variables to checked values: every rule that needs no database.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answer/problem.h"
#include "model/action.h"
#include "request/conditions.h"
#include "request/decode.h"

namespace helpdesk {

// A supplied (or, on add, defaulted) variable, ready to be stored.
struct Value {
    const Variable* variable;
    std::optional<std::string> text;  // nothing: cleared or none
    std::vector<std::string> items;   // of a list
    const Variable* dates_variable;   // the date_list that goes with a list, or null
    std::vector<std::string> dates;   // its dates, one for each item; empty when none were supplied
    std::string new_name;             // the row to create, with `text` = create_new
    bool located = false;             // a coordinate of the address, not one that the client gave

    static Value of(const Variable& variable);
};

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

    Value* find(Kind kind);
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

// The most decimals that are stored of a coordinate.
inline constexpr std::size_t most_decimals = 9;

// A decimal number in plain digits, without its `+`; nothing for anything else, or for more decimals.
std::optional<std::string> parse_degrees(const std::string& text);

// Whether such a number is from -range to range.
bool lies_within(const std::string& degrees, int range);

// A whole number from 1, in digits alone; nothing for anything else.
std::optional<std::uint64_t> parse_id(std::string_view text);

// What to tell a client whose number it is not.
inline constexpr std::string_view id_form = "must be a whole number from 1 to 18446744073709551615";

// `local@domain` of plausible form; not whether mail arrives.
bool is_email(std::string_view address);

}  // namespace helpdesk
