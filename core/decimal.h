// Exact decimal numbers, as texts: they are never binary floating point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace helpdesk {

// Returns a number in plain digits, with a point and perhaps a minus in front, without its `+`. Nothing for
// anything else, such as an exponent or a thousands separator, and for more decimals than `most_decimals`.
std::optional<std::string> parse_decimal(std::string_view text, int most_decimals);

// Whether such a number is at least `least` and at most `most`. Looks at every digit.
bool lies_within(std::string_view number, std::int64_t least, std::int64_t most);

// How many digits such a number has before its point, without leading zeros.
int whole_digits(std::string_view number);

// Returns a number that has a point without the zeros at its end, but with `least_decimals` at least.
std::string without_zeros(std::string number, int least_decimals);

}  // namespace helpdesk
