// The reference of all actions, as Markdown: what the README shows, made from the tables that drive them.
#pragma once

#include <string>

#include "model/resource.h"

namespace helpdesk {

std::string reference_text();

// What a variable's values are, and what a selector selects; Markdown.
std::string describe_values(const Variable& variable);

}  // namespace helpdesk
