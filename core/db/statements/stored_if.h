// The SQL of values and writes that depend on what the record has at that moment (model/value.h).
#pragma once

#include <string>
#include <vector>

#include "db/connection.h"
#include "model/value.h"

namespace helpdesk::db {

// Returns the SQL condition that the record has exactly these texts. Empty if there are none.
std::string has_exactly(const std::vector<Stored>& texts, std::vector<Parameter>& parameters);

// Returns the SQL for what an update stores of a value with a `stored_if`.
std::string stored_if_sql(const Value& value, std::vector<Parameter>& parameters);

}  // namespace helpdesk::db
