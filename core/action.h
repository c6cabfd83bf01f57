// The actions that a client may call: a verb and a resource.
#pragma once

#include <string>
#include <string_view>

#include "resource.h"

namespace helpdesk {

enum class Verb { add, update };

struct Action {
    std::string_view name;    // add_customer
    std::string_view answer;  // the output variable: added_customer
    Verb verb;
    const Resource& (*resource)();
};

// Null when there is no such action. Case does not matter.
const Action* find_action(std::string_view name);

}  // namespace helpdesk
