// A checked value of a variable.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace helpdesk {

struct Variable;

// A supplied (or, on add, defaulted) variable, ready to be stored.
struct Value {
    const Variable* variable;
    std::optional<std::string> text;  // nothing: cleared or none
    std::vector<std::string> items;   // of a list
    const Variable* dates_variable;   // the date_list that goes with a list, or null
    std::vector<std::string> dates;   // its dates, one for each item; empty when none were supplied
    bool given = false;               // by the call; otherwise a default, or found
    bool located = false;             // a coordinate of the address, not one that the client gave

    static Value of(const Variable& variable);
};

}  // namespace helpdesk
