// The SQL of values and writes that depend on what the record has when they are stored (model/value.h).
#pragma once

#include <string>
#include <vector>

#include "db/connection.h"
#include "model/value.h"

namespace helpdesk::db {

// Returns the SQL condition that the record has exactly these texts. Empty if there are none.
std::string has_exactly(const std::vector<Stored>& texts, std::vector<Parameter>& parameters);

// Returns the expression that an update stores for a value with a `stored_if`.
std::string stored_if_sql(const Value& value, std::vector<Parameter>& parameters);

}  // namespace helpdesk::db
