// From variables to checked values: every rule that needs no database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "action.h"
#include "decode.h"
#include "problem.h"

namespace helpdesk {

// A supplied (or, on add, defaulted) variable, ready to be stored.
struct Value {
    const Variable* variable;
    std::optional<std::string> text;  // nothing: cleared or none
    std::vector<std::string> items;   // of a list
    const Variable* dates_variable;   // the date_list that goes with a list, or null
    std::vector<std::string> dates;   // its dates, one for each item; empty when none were supplied
    std::string new_name;             // the row to create, with `text` = create_new
};

// One call of a writing action. On add it holds every variable, on update only the supplied ones; never the
// companions, whose values stand with the variable they belong to.
struct Write {
    const Action* action;
    std::string identifier;
    std::vector<Value> values;

    Value* find(Kind kind);
};

struct CheckOptions {
    bool check_email = false;
};

// The values of a call, with every problem added to `problems`; what is returned beside problems is no good.
Write check(const Action& action, const Variables& variables, const CheckOptions& options,
            Problems& problems);

// The single rules, for their tests.
// M/D/YYYY[ H:MM:SS[ AM|PM]] or YYYY-MM-DD[(T| )HH:MM:SS] → YYYY-MM-DD HH:MM:SS.
std::optional<std::string> parse_date(std::string_view text);
// `local@domain` of plausible form; not whether mail arrives.
bool is_email(std::string_view address);

}  // namespace helpdesk
