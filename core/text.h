// Small rules about text that the whole core shares. All text is UTF-8 in std::string; lengths that a user
// sees count Unicode characters.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk::text {

// ASCII only, as variable names, action names and choices are.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

// Unicode characters in valid UTF-8.
std::size_t length(std::string_view utf8);

bool is_utf8(std::string_view bytes);

// Whether XML 1.0 can carry every character and none is a control character other than tab, CR and LF.
// Expects valid UTF-8.
bool is_printable(std::string_view utf8);

// Without the outer white space, Unicode's included.
std::string_view trim(std::string_view utf8);

// Whether there is nothing to see in it: white space, and characters that show nothing. What a person is to
// find a record by must not be so.
bool is_blank(std::string_view utf8);

// Percent-decoding with `+` as space, the rule of forms; nothing when a `%` lacks its two hex digits.
std::optional<std::string> decode_form_text(std::string_view encoded);

// Percent-encodes all but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view bytes);

// The items between commas, trimmed, empty ones dropped; at most the first `most`.
std::vector<std::string> split_list(std::string_view text, std::size_t most);

// The texts with `separator` between them.
std::string join(std::span<const std::string_view> texts, std::string_view separator);

std::optional<unsigned char> from_hex(char high, char low);

}  // namespace helpdesk::text
