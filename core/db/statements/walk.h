// The agreement between writers and walks, so that a walk by last_updated misses no change.
#pragma once

#include <chrono>

namespace helpdesk::db {

// The longest time between the reading of the clock for last_updated and the record's entry in the index. A
// walk reads a second only once it has been over for so long. If the statement of a writer took longer, it
// sets the time again.
inline constexpr std::chrono::microseconds walk_margin = std::chrono::milliseconds(250);

}  // namespace helpdesk::db
