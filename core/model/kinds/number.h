// Functions that the kinds of numbers share.
#pragma once

#include <string_view>

#include "model/value.h"
#include "request/input.h"

namespace helpdesk {

// Reads an exact decimal with the digits that the variable's kind stores, within the variable's range if it
// has one. `text` must not be empty.
void read_decimal(const Input& input, Value& value, std::string_view text);

// Reports a number that does not lie within the variable's range.
void report_range(const Input& input, const Variable& variable);

}  // namespace helpdesk
