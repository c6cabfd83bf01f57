// Who may see which tickets, in SQL.
#pragma once

#include <string>

#include "db/connection.h"

namespace helpdesk::db {

// Each returns a condition on a row of `tickets`, by its alias. It holds for none if there is no such
// customer or technician.

// A customer sees the tickets of the person or, with `viewable_tickets` COMPANY, those of the company too;
// none without support.
Statement viewable_by_customer(const std::string& ticket, const std::string& cid);

// An active technician sees a ticket if all of these hold:
// - `viewable_tickets` is ALL, or the ticket is assigned to the technician, to one of the technician's
// groups, or
//   to nobody;
// - the technician has no customer groups, or the ticket is of one of them;
// - the technician is in no technician group, or in one that may see the ticket: by its sources, its
// categories
//   and its customer groups, of which an empty list means all.
Statement visible_to_technician(const std::string& ticket, const std::string& uid);

}  // namespace helpdesk::db
