// A record that was read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "db/statements/list_position.h"

namespace helpdesk {

struct StoredRecord {
    std::uint64_t number = 0;         // its key
    std::uint64_t version = 0;        // 0 if the resource has none
    std::uint64_t changed = 0;        // the time of the last change as one number; 0 if there is none
    std::vector<std::string> values;  // one for each output of the resource, times as SQL writes them
    // Long values, which are empty above and read in pieces.
    std::vector<ListPosition::LongValue> left_out;
};

}  // namespace helpdesk
