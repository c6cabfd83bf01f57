// Reads the numbers of a JSON text as they are written. A parser turns them into machine numbers, which
// cannot hold 2^63 and lose the last digit of 19.10.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

// The white space between the tokens of JSON.
inline constexpr std::string_view json_space = " \t\r\n";

struct JsonNumbers {
    // The same text with each number replaced by 0 and spaces. A parser accepts it if it would accept the
    // original, and otherwise names the same line and column.
    std::string without;
    // The numbers that are values of the outermost object, in order. They point into the original text.
    std::vector<std::string_view> values;
};

// Accepts any bytes. If the text is not JSON, the text without numbers is not either. Returns nothing if the
// text has more than `most_items` members and elements, counted by its commas: otherwise there would be no
// bound to what a parser makes of it.
std::optional<JsonNumbers> extract_numbers(std::string_view json, std::size_t most_items);

// Finds a member of the outermost object whose value is a string, without reading the other values. `name`
// must be in lower case; the member's may be in any case. Returns nothing if it is not among the first
// `most_items`, or if the value is longer than `longest`. Accepts any bytes, and allocates nothing but the
// result.
std::optional<std::string> find_json_string(std::string_view json, std::string_view name,
                                            std::size_t most_items, std::size_t longest);

// Finds a member of the outermost object whose value is a list, and returns that with its brackets. `name`
// must be in lower case; the member's may be in any case. Returns an empty text if there is none. Accepts any
// bytes, and allocates little.
std::string_view find_json_list(std::string_view json, std::string_view name);

// Returns the first element of a list, which find_json_list() found. Returns nothing if that is no string, or
// if it is longer than `longest` in the text. Accepts any bytes, and allocates nothing but the result.
std::optional<std::string> first_json_string(std::string_view list, std::size_t longest);

// Returns where the object or list ends with which the text begins, by its brackets outside strings. Returns
// the size of the text if it does not end. Accepts any bytes, and allocates nothing.
std::size_t json_value_end(std::string_view json);

}  // namespace helpdesk
