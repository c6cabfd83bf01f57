// The entries that say what was changed of tickets.
#pragma once

#include <string>

#include "model/rule.h"

namespace helpdesk {

// Returns the name of a technician or a customer, or if that is empty, what identifies them.
MaybeText called(const MaybeText& name, const MaybeText& identifier);

// Returns the values of an entry that says what a change did to the ticket with the number, and who did it.
// The change must be an update of a ticket.
Change::Values entry_of_change(const Change& change, const std::string& tid, const std::string& changes);

}  // namespace helpdesk
