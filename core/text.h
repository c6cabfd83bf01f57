// Small rules about text that all of core shares. All text is UTF-8 in std::string. Lengths that a user sees
// count Unicode characters.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk::text {

// These two change and compare ASCII letters only, as in variable names, action names and choices.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

// Counts the Unicode characters of valid UTF-8.
std::size_t length(std::string_view utf8);

bool is_utf8(std::string_view bytes);

// Returns whether XML 1.0 can carry every character, and none is a control character except tab, CR and LF.
// Expects valid UTF-8.
bool is_printable(std::string_view utf8);

// Removes the outer white space, including Unicode's.
std::string_view trim(std::string_view utf8);

// Returns whether nothing in the text can be seen: it has only white space and invisible characters. A name
// by which people find a record must not be blank.
bool is_blank(std::string_view utf8);

// Decodes percent-encoding, with `+` as space, as in forms. Returns nothing if a `%` lacks its two hex
// digits.
std::optional<std::string> decode_form_text(std::string_view encoded);

// Percent-encodes all bytes except RFC 3986's unreserved characters.
std::string percent_encode(std::string_view bytes);

// Returns the first `most` items between commas. They are trimmed, and empty ones are dropped.
std::vector<std::string> split_list(std::string_view text, std::size_t most);

// Returns the texts with `separator` between them.
std::string join(std::span<const std::string_view> texts, std::string_view separator);

std::optional<unsigned char> from_hex(char high, char low);

}  // namespace helpdesk::text
