// Exact decimal numbers, held as texts: they never become binary floating point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace helpdesk {

// Returns a number in plain digits, perhaps with a point and a minus, without its `+`. Returns nothing for
// any other text, such as an exponent or a thousands separator, and for more decimals than `most_decimals`.
std::optional<std::string> parse_decimal(std::string_view text, int most_decimals);

// Returns whether such a number is at least `least` and at most `most`. Compares every digit.
bool lies_within(std::string_view number, std::int64_t least, std::int64_t most);

// Returns how many digits such a number has before its point, without leading zeros.
int whole_digits(std::string_view number);

// Returns such a number in its shortest form, which is the same for equal numbers.
std::string shortest(std::string_view number);

// Removes the zeros at the end of a number that has a point, but keeps `least_decimals` at least.
std::string without_zeros(std::string number, int least_decimals);

}  // namespace helpdesk
