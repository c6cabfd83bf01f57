// Writes the generated parts of the manual as Markdown: the reference of all actions, from the tables that
// drive them, and the table of errors.
#pragma once

#include <span>
#include <string>

#include "model/action.h"

namespace helpdesk {

// Returns the part that is in manual/actions.md. The actions of a resource must be adjacent.
std::string reference_text(std::span<const Action> actions = helpdesk::actions());
// Returns the part that is in manual/errors.md.
std::string errors_text();

}  // namespace helpdesk
