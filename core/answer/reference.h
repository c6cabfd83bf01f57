// The reference of all actions, as Markdown: what the README shows, made from the tables that drive them.
#pragma once

#include <span>
#include <string>

#include "model/action.h"

namespace helpdesk {

// `actions` of a resource stand together.
std::string reference_text(std::span<const Action> actions = helpdesk::actions());

// What a variable's values are, and what a selector selects; Markdown.
std::string describe_values(const Variable& variable);
std::string describe_selector(const Selector& selector);

}  // namespace helpdesk
