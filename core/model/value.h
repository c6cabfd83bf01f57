// A checked value of a variable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace helpdesk {

struct Variable;

// A variable, and the text that is stored for it.
struct Stored {
    const Variable* variable;
    std::string text;
};

// The value that a call gives to a field.
struct FieldValue {
    std::uint64_t field;  // its number
    std::string text;
};

// Says when an update stores a value, which depends on what the record has at that moment: the stored value
// stays if the record has all of `stays_with`; otherwise the new value is stored if the record has all that
// it `needs`; otherwise there is none.
struct StoredIf {
    std::vector<Stored> stays_with;  // not empty
    std::vector<Stored> needs;
};

// A supplied (or, on add, defaulted) variable, ready to be stored.
struct Value {
    const Variable* variable;
    std::optional<std::string> text;  // nothing: cleared or none
    std::vector<std::string> items;   // of a list
    const Variable* dates_variable;   // the date_list that goes with a list, or null
    std::vector<std::string> dates;   // its dates, one for each item; empty when none were supplied
    std::vector<FieldValue> fields;   // of the variable that stands for all fields
    bool given = false;               // by the call, so neither a default nor looked up
    // Null: the value is stored in any case.
    std::shared_ptr<const StoredIf> stored_if = {};

    static Value of(const Variable& variable);
};

}  // namespace helpdesk
