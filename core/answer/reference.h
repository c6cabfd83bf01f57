// The generated parts of the manual, as Markdown: the reference of all actions, made from the tables that
// drive them, and the table of errors.
#pragma once

#include <string>

#include "model/resource.h"

namespace helpdesk {

// Returns the part that is in manual/actions.md.
std::string reference_text();
// Returns the part that is in manual/errors.md.
std::string errors_text();

// What a variable's values are, and what a selector selects; Markdown.
std::string describe_values(const Variable& variable);
std::string describe_selector(const Selector& selector);

}  // namespace helpdesk
