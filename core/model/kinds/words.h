// Words that the descriptions of several kinds share.
#pragma once

#include <string>
#include <string_view>

#include "model/resource.h"

namespace helpdesk {

// Returns a name or a value as Markdown shows it.
inline std::string quoted_word(std::string_view word) {
    return "`" + std::string(word) + "`";
}

// Describes the limit of a text.
inline std::string characters(const Variable& variable) {
    return variable.limit == 0 ? "no limit" : "at most " + std::to_string(variable.limit) + " characters";
}

// Describes what an add stores without the variable: nothing, unless that is an error.
inline std::string omitted(const Variable& variable) {
    return variable.required ? "required" : "none";
}

}  // namespace helpdesk
