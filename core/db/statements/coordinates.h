// The SQL of coordinates that belong to an address (place/locate.h).
#pragma once

#include <string>
#include <vector>

#include "db/connection.h"
#include "request/check.h"

namespace helpdesk::db {

// Returns the SQL for a coordinate that an update derived from the address: somebody may have changed the
// address since it was read. The stored coordinate stays if this update does not change the address; the new
// one is stored if the rest of the address is still what it was; otherwise there is none.
std::string coordinate_sql(const Write& write, const Value& value, std::vector<Parameter>& parameters);

// Returns the SQL condition that the parts of the address which a write does not set still have the values
// that were read. Empty when there are none.
std::string as_read(const Write& write, std::vector<Parameter>& parameters);

}  // namespace helpdesk::db
