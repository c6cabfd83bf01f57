#include "request/input.h"

#include <utility>

#include "text.h"

namespace helpdesk {

bool Input::has(std::string_view name) const {
    const std::string* value = variables.find(name);
    return value != nullptr && (!adding || bringing || !value->empty());
}

void Input::problem(const Variable& variable, std::string_view code, std::string text) const {
    problems.push_back({code, std::string(variable.name), std::move(text)});
}

bool Input::too_long(const Variable& variable, std::string_view text) const {
    if (variable.limit == 0 || text::length(text) <= variable.limit)
        return false;
    problem(variable, code::too_long, too_long_text(variable));
    return true;
}

std::string too_long_text(const Variable& variable) {
    return "is longer than " + std::to_string(variable.limit) + " characters";
}

}  // namespace helpdesk
