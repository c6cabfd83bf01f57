// A record that was read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "db/statements/list_position.h"
#include "model/kind.h"

namespace helpdesk {

// A field of a record, empty if the record has no value in it.
struct StoredField {
    std::uint64_t number = 0;
    Form form = Form::plain;
    std::string text = {};
};

struct StoredRecord {
    std::uint64_t number = 0;         // its key
    std::uint64_t version = 0;        // 0 if the resource has none
    std::uint64_t changed = 0;        // the time of the last change as one number; 0 if there is none
    std::vector<std::string> values;  // one for each output of the resource, times as SQL writes them
    std::vector<StoredField> fields;  // all of the resource, in the order of their numbers
    // Long values, which are empty above and read in pieces.
    std::vector<ListPosition::LongValue> left_out;
};

}  // namespace helpdesk
