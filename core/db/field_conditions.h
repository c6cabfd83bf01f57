// The conditions of a selection that are about fields (model/fields.h).
#pragma once

#include <string>
#include <vector>

#include "answer/problem.h"
#include "db/connection.h"
#include "request/select.h"

namespace helpdesk::db {

// Returns the texts with which the values of fields are compared, one for each such condition of the
// selection. Asks the database what the fields are. A field that does not exist, or a text that cannot be its
// value, is added to `problems`; the result must then not be used.
std::vector<std::string> ask_for_fields(Connection& connection, const Selection& selection,
                                        Problems& problems);

}  // namespace helpdesk::db
