#include "request/json_numbers.h"

#include <algorithm>

#include "json.h"
#include "text.h"

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

// Returns where the number of JSON's grammar (RFC 8259) that begins at `at` ends. Returns `at` itself if
// there is none.
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

// Returns the text of a string that has its quotation marks. Returns nothing if the token is no string.
std::optional<std::string> decode_string(std::string_view token) {
    const Json value(json_loadb(token.data(), token.size(), JSON_DECODE_ANY | JSON_ALLOW_NUL, nullptr));
    if (value == nullptr || !json_is_string(value.get()))
        return std::nullopt;
    return std::string(json_string_value(value.get()), json_string_length(value.get()));
}

}  // namespace

std::optional<JsonNumbers> extract_numbers(std::string_view json, std::size_t most_items) {
    JsonNumbers result{.without = std::string(json), .values = {}};
    std::size_t depth = 0;
    std::size_t commas = 0;
    for (std::size_t at = 0; at < json.size();) {
        const char c = json[at];
        std::size_t end = at + 1;
        if (c == '"') {
            end = string_end(json, at);
        } else if (c == ',') {
            if (++commas > most_items)
                return std::nullopt;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0 ? 1 : 0;
        } else if (c == '-' || is_digit(c)) {
            end = number_end(json, at);
            if (end == at) {
                // All of it is left as it is, so that --1 does not become a valid -0.
                end = std::min(json.find_first_not_of("+-.0123456789Ee", at), json.size());
            } else {
                // What follows is left to the parser, which rejects a second number beside this one, as in
                // 01.
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

std::optional<std::string> find_json_string(std::string_view json, std::string_view name,
                                            std::size_t most_items, std::size_t longest) {
    // Each character of a name may be an escape of six.
    const std::size_t longest_name = 6 * name.size() + 2;
    std::size_t depth = 0;
    std::size_t commas = 0;
    bool is_wanted = false;  // whether the name of the member that is wanted was read
    for (std::size_t at = 0; at < json.size();) {
        const char c = json[at];
        std::size_t end = at + 1;
        if (c == '"') {
            end = string_end(json, at);
            const std::string_view token = json.substr(at, end - at);
            if (is_wanted)
                return token.size() <= longest ? decode_string(token) : std::nullopt;
            const std::size_t next = json.find_first_not_of(json_space, end);
            const bool is_name = depth == 1 && next != std::string_view::npos && json[next] == ':';
            if (is_name && token.size() <= longest_name) {
                const auto found = decode_string(token);
                is_wanted = found && text::to_lower(*found) == name;
                end = next + 1;
            }
        } else if (c == '{' || c == '[') {
            is_wanted = false;
            ++depth;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0 ? 1 : 0;
        } else if (c == ',') {
            is_wanted = false;
            if (++commas > most_items)
                return std::nullopt;
        }
        at = end;
    }
    return std::nullopt;
}

std::string_view find_json_list(std::string_view json, std::string_view name) {
    const std::size_t longest_name = 6 * name.size() + 2;
    std::size_t depth = 0;
    for (std::size_t at = 0; at < json.size();) {
        const char c = json[at];
        std::size_t end = at + 1;
        if (c == '"') {
            end = string_end(json, at);
            const std::string_view token = json.substr(at, end - at);
            const std::size_t colon = json.find_first_not_of(json_space, end);
            const bool is_name = depth == 1 && colon != std::string_view::npos && json[colon] == ':';
            if (is_name && token.size() <= longest_name) {
                const auto found = decode_string(token);
                const std::size_t value = json.find_first_not_of(json_space, colon + 1);
                if (found && text::to_lower(*found) == name && value != std::string_view::npos &&
                    json[value] == '[')
                    return json.substr(value, json_value_end(json.substr(value)));
            }
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0 ? 1 : 0;
        }
        at = end;
    }
    return {};
}

std::optional<std::string> first_json_string(std::string_view list, std::size_t longest) {
    const std::size_t at = list.find_first_not_of(json_space, 1);
    if (at == std::string_view::npos || list[at] != '"')
        return std::nullopt;
    const std::string_view token = list.substr(at, string_end(list, at) - at);
    return token.size() <= longest ? decode_string(token) : std::nullopt;
}

std::size_t json_value_end(std::string_view json) {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < json.size();) {
        const char c = json[at];
        if (c == '"') {
            at = string_end(json, at);
            continue;
        }
        ++at;
        if (c == '{' || c == '[')
            ++depth;
        else if ((c == '}' || c == ']') && --depth == 0)
            return at;
    }
    return json.size();
}

}  // namespace helpdesk
