// Variables that the database defines: the fields that a shop adds to a resource's records.
//
// A field is a record of a resource of its own (resources/fields.cpp), so that fields are added while workers
// run. The variable of the field with the ID 7 is `field_7`.
#pragma once

#include <cstddef>

namespace helpdesk {

// The most fields of a resource. The limit is ours: each record of a list shows every field, and a write asks
// for each that it gives.
inline constexpr std::size_t most_fields = 100;

// The most characters of a value, of the data type `Large Text` and of any other.
inline constexpr std::size_t longest_field_text = 16'000;
inline constexpr std::size_t longest_short_text = 255;

}  // namespace helpdesk
