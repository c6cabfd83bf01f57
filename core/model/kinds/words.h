// What the descriptions of several kinds say.
#pragma once

#include <string>
#include <string_view>

#include "model/resource.h"

namespace helpdesk {

// As Markdown shows a name or a value.
inline std::string quoted_word(std::string_view word) {
    return "`" + std::string(word) + "`";
}

inline std::string characters(const Variable& variable) {
    return variable.limit == 0 ? "no limit" : "at most " + std::to_string(variable.limit) + " characters";
}

// What an add does without the variable if that is an error.
inline std::string omitted(const Variable& variable) {
    return variable.required ? "required" : "none";
}

}  // namespace helpdesk
