// Lists every code that an answer may have: those of problem.h, and those of the resources' tables.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/action.h"

namespace helpdesk {

struct CodeAbout {
    std::string_view code;
    std::string about;  // one sentence for an integrator
};

// Returns the codes by status, each code once.
std::map<int, std::vector<CodeAbout>> all_codes(std::span<const Action> actions = helpdesk::actions());

}  // namespace helpdesk
