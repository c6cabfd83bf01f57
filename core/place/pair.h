// Both coordinates of an address are stored, or neither.
#pragma once

#include "model/rule.h"

namespace helpdesk {

// For a resource with the variables `latitude` and `longitude`: refuses an update that would leave one of
// them alone. On add, the kind of these variables checks that without the database.
extern const Rule coordinates_together;

}  // namespace helpdesk
