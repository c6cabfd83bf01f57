#include "action.h"

#include <algorithm>
#include <array>

#include "text.h"

namespace helpdesk {
namespace {

constexpr std::array actions = {
    Action{"add_customer", "added_customer", Verb::add, customers},
    Action{"update_customer", "updated_customer", Verb::update, customers},
};

}  // namespace

const Action* find_action(std::string_view name) {
    const auto* found = std::find_if(actions.begin(), actions.end(), [&](const Action& action) {
        return text::equal_ignoring_case(action.name, name);
    });
    return found == actions.end() ? nullptr : found;
}

const Variable* Resource::find(std::string_view name) const {
    const auto found =
        std::find_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.name == name; });
    return found == variables.end() ? nullptr : &*found;
}

}  // namespace helpdesk
