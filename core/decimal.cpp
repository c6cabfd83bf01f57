#include "decimal.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace helpdesk {
namespace {

// A longer text is refused: no column has so many digits.
constexpr std::size_t longest = 64;
constexpr std::size_t most_whole_digits = 20;

constexpr std::string_view digits = "0123456789";

bool is_negative(std::string_view number) {
    return number.starts_with('-');
}

// Returns the digits before the point, without sign and leading zeros.
std::string_view whole_part(std::string_view number) {
    number.remove_prefix(is_negative(number) ? 1 : 0);
    number = number.substr(0, number.find('.'));
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

bool has_fraction(std::string_view number) {
    const std::size_t point = number.find('.');
    return point != std::string_view::npos &&
           number.find_first_not_of('0', point + 1) != std::string_view::npos;
}

// Compares the absolute values of two whole numbers without leading zeros.
int compare_whole(std::string_view one, std::string_view other) {
    if (one.size() != other.size())
        return one.size() < other.size() ? -1 : 1;
    return one.compare(other);
}

// Compares a number with a whole number. The result is negative, 0 or positive.
int compare(std::string_view number, std::int64_t whole) {
    std::array<char, 24> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), whole);
    const std::string_view bound(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
    const bool zero = whole_part(number).empty() && !has_fraction(number);
    const bool negative = is_negative(number) && !zero;
    if (negative != (whole < 0))
        return negative ? -1 : 1;
    int size = compare_whole(whole_part(number), whole_part(bound));
    if (size == 0 && has_fraction(number))
        size = 1;
    return negative ? -size : size;
}

}  // namespace

std::optional<std::string> parse_decimal(std::string_view text, int most_decimals) {
    if (text.size() > longest)
        return std::nullopt;
    const bool has_plus = text.starts_with('+');
    std::string_view rest = text;
    rest.remove_prefix(has_plus || is_negative(text) ? 1 : 0);
    const std::size_t whole = std::min(rest.find_first_not_of(digits), rest.size());
    rest.remove_prefix(whole);
    const bool has_point = rest.starts_with('.');
    rest.remove_prefix(has_point ? 1 : 0);
    const std::size_t decimals = std::min(rest.find_first_not_of(digits), rest.size());
    if (decimals != rest.size() || whole + decimals == 0 || whole > most_whole_digits ||
        decimals > static_cast<std::size_t>(most_decimals))
        return std::nullopt;
    return std::string(text.substr(has_plus ? 1 : 0));
}

bool lies_within(std::string_view number, std::int64_t least, std::int64_t most) {
    return compare(number, least) >= 0 && compare(number, most) <= 0;
}

int whole_digits(std::string_view number) {
    return static_cast<int>(whole_part(number).size());
}

std::string shortest(std::string_view number) {
    const std::string text = without_zeros(std::string(number), 0);
    const std::string_view whole = whole_part(text);
    const std::string_view fraction = std::string_view(text).substr(std::min(text.find('.'), text.size()));
    std::string result = is_negative(number) && !(whole.empty() && fraction.empty()) ? "-" : "";
    result.append(whole.empty() ? "0" : whole).append(fraction);
    return result;
}

std::string without_zeros(std::string number, int least_decimals) {
    const std::size_t point = number.find('.');
    if (point == std::string::npos)
        return number;
    const std::size_t end =
        std::max(number.find_last_not_of('0') + 1, point + 1 + static_cast<std::size_t>(least_decimals));
    number.resize(std::min(end, number.size()));
    if (number.ends_with('.'))
        number.pop_back();
    return number;
}

}  // namespace helpdesk
