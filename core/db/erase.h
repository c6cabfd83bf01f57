// Erases what other records say about a person (model/erasing.h).
#pragma once

#include "db/plan.h"

namespace helpdesk::db {

// Erases all traces of the record of the plan that are left, in the transaction that erases the record, and
// puts its new name into the answers that are kept for repeats. Each statement changes some hundred rows at
// most. Throws sql::SQLException.
void erase_traces(Connection& connection, const WritePlan& plan);

}  // namespace helpdesk::db
