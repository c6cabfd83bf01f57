// The numbers of a JSON text as they are written: a parser makes machine numbers of them, which have no room
// for 2^63 and forget the last digit of 19.10.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

struct JsonNumbers {
    // The same text with 0 and spaces in place of each number, so that a parser takes it if it would take the
    // numbers of JSON's grammar, and says the same line and column where it is broken.
    std::string without;
    // Those that are values of the outermost object, in their order. They stand in the text that was given.
    std::vector<std::string_view> values;
};

// Expects any bytes. What is returned for a text that is not JSON is not JSON either. Nothing for a text with
// more than `most_items` members and elements, counted by its commas: what a parser would make of it has no
// bound.
std::optional<JsonNumbers> take_numbers(std::string_view json, std::size_t most_items);

// The value of a member of the outermost object that is a string, found without reading the others: `name` in
// lower case, the member's in any case. Nothing where there is none among the first `most_items`, or where
// the text of the value is longer than `longest`. Expects any bytes, and needs no memory for them.
std::optional<std::string> find_json_string(std::string_view json, std::string_view name,
                                            std::size_t most_items, std::size_t longest);

}  // namespace helpdesk
