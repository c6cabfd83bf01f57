// The rules of tickets.
#pragma once

#include <array>
#include <string>

#include "model/rule.h"

namespace helpdesk {

// Returns the values of an entry that says what a change did to the ticket with the number, and who did it.
// The change must be an update of a ticket.
Change::Values entry_of_change(const Change& change, const std::string& tid, const std::string& changes);

// In the order in which they run.
extern const std::array<const Rule*, 17> ticket_rules;

}  // namespace helpdesk
