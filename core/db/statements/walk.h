// What writers and walks agree on, so that a walk by last_updated passes no change.
#pragma once

#include <chrono>

namespace helpdesk::db {

// The longest time from reading the clock for last_updated until the record's entry is in the index. A walk
// reads a second only when it has been over for so long. A writer whose statement took longer sets the time
// again.
inline constexpr std::chrono::microseconds walk_margin = std::chrono::milliseconds(250);

}  // namespace helpdesk::db
