// Says how much the database reads for a list, as far as the indexes of its table tell (model/index.h).
#pragma once

#include "request/select.h"

namespace helpdesk {

// Returns whether the database reads few records for the selection, and waits for nobody. That is so if it
// names them, or if one index has its records in the order of the list.
bool reads_few(const Selection& selection);

}  // namespace helpdesk
