#include "json_numbers.h"

#include <algorithm>

namespace helpdesk {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t digits_from(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at]))
        ++at;
    return at;
}

// Where the number of JSON's grammar (RFC 8259) that begins at `at` ends; `at` itself if none does.
std::size_t number_end(std::string_view text, std::size_t at) {
    const std::size_t begin = at + (text[at] == '-' ? 1 : 0);
    const bool zero = begin < text.size() && text[begin] == '0';
    std::size_t end = zero ? begin + 1 : digits_from(text, begin);
    if (end == begin)
        return at;
    if (end < text.size() && text[end] == '.') {
        const std::size_t fraction = digits_from(text, end + 1);
        if (fraction == end + 1)
            return at;
        end = fraction;
    }
    if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
        const bool sign = end + 1 < text.size() && (text[end + 1] == '+' || text[end + 1] == '-');
        const std::size_t first = end + 1 + (sign ? 1 : 0);
        const std::size_t exponent = digits_from(text, first);
        if (exponent == first)
            return at;
        end = exponent;
    }
    return end;
}

std::size_t string_end(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\')
            ++at;
    return std::min(at + 1, text.size());
}

}  // namespace

JsonNumbers take_numbers(std::string_view json) {
    JsonNumbers result{.without = std::string(json), .values = {}};
    std::size_t depth = 0;
    for (std::size_t at = 0; at < json.size();) {
        const char c = json[at];
        std::size_t end = at + 1;
        if (c == '"') {
            end = string_end(json, at);
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0 ? 1 : 0;
        } else if (c == '-' || is_digit(c)) {
            end = number_end(json, at);
            if (end == at) {
                // All of it is left as it is, so that --1 does not become a good -0.
                end = std::min(json.find_first_not_of("+-.0123456789Ee", at), json.size());
            } else {
                // What follows is left to the parser, which takes no second number beside this one: 01.
                std::fill(result.without.begin() + static_cast<std::ptrdiff_t>(at),
                          result.without.begin() + static_cast<std::ptrdiff_t>(end), ' ');
                result.without[at] = '0';
                if (depth == 1)
                    result.values.push_back(json.substr(at, end - at));
            }
        }
        at = end;
    }
    return result;
}

}  // namespace helpdesk
