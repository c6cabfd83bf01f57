// Variables that the database defines: the fields that a shop adds to a resource's records.
//
// A field is a record of a resource of its own (resources/fields.cpp), so that fields are added while workers
// run. The variable of the field with the ID 7 is `field_7`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace helpdesk {

struct Resource;

// The row in a resource's table that stands for the variables of all fields. No request can have this name.
inline constexpr std::string_view any_field = "field_N";

// Where the fields of a resource, and their values, are stored.
struct Fields {
    const Resource& (*definitions)();  // the resource of the fields
    // The table of values, each with `field_id`, `value`, and the record's number in `owner`.
    std::string_view values;
    std::string_view owner;
};

// A field, as far as its values depend on it.
struct FieldDefinition {
    std::uint64_t number = 0;
    std::string type = {};
    std::string data_type = {};
    bool required = false;
    std::size_t max_size = 0;  // 0: as the data type allows
    std::string options = {};  // one a line
};

// The pattern that such names match, for OpenAPI.
inline constexpr std::string_view field_pattern = "^field_[1-9][0-9]*$";

// Returns whether it is `field_` and digits.
bool is_field(std::string_view name);
// Returns the number of the field whose variable has this name. Returns nothing if none can have it.
std::optional<std::uint64_t> field_number(std::string_view name);
// Returns the name of a field's variable.
std::string field_name(std::uint64_t number);

// The most fields of a resource. The limit is ours: each record of a list shows every field, and a write asks
// for each that it gives.
inline constexpr std::size_t most_fields = 100;

// The most fields by which a list is selected. Each is joined, and MySQL joins 61 tables at most.
inline constexpr std::size_t most_field_selectors = 10;

// The most characters of a value, of the data type `Large Text` and of any other.
inline constexpr std::size_t longest_field_text = 16'000;
inline constexpr std::size_t longest_short_text = 255;

}  // namespace helpdesk
