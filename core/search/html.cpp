#include "search/html.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <unordered_map>

#include "text.h"

namespace helpdesk::search {
namespace {

// The elements whose tags do not separate words.
constexpr std::array<std::string_view, 21> inline_elements = {
    "a",    "abbr", "b",     "big",  "code",   "del",    "em",  "font", "i",  "ins", "kbd",
    "mark", "s",    "small", "span", "strike", "strong", "sub", "sup",  "tt", "u"};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name(char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
}

void remove_through(std::string_view& text, std::size_t found, std::size_t size) {
    text.remove_prefix(found == std::string_view::npos ? text.size() : found + size);
}

// Removes the rest of a tag after its name. A `>` between quotes does not end the tag.
void skip_attributes(std::string_view& text) {
    char quote = 0;
    std::size_t i = 0;
    for (char before = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            quote = c == quote ? '\0' : quote;
        } else if (c == '>') {
            break;
        } else if ((c == '"' || c == '\'') && before == '=') {
            quote = c;
        }
        before = c == ' ' ? before : c;
    }
    remove_through(text, i < text.size() ? i : std::string_view::npos, 1);
}

// Removes the text up to the tag that ends the element. That tag stays.
void skip_to_end_of(std::string_view element, std::string_view& text) {
    for (std::size_t at = text.find("</"); at != std::string_view::npos; at = text.find("</", at + 2)) {
        if (text::equal_ignoring_case(text.substr(at + 2, element.size()), element))
            return text.remove_prefix(at);
    }
    text = {};
}

char32_t numbered(std::string_view digits) {
    const bool hexadecimal = digits.starts_with('x') || digits.starts_with('X');
    if (hexadecimal)
        digits.remove_prefix(1);
    std::uint32_t code = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, hexadecimal ? 16 : 10);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    const bool good = error == std::errc() && end == digits.data() + digits.size() && code <= 0x10FFFF;
    return good && !surrogate ? code : U' ';
}

// Returns the characters that have names. libxml2 would search through all of them for each name.
const std::unordered_map<std::string_view, char32_t>& entities() {
    static const std::unordered_map<std::string_view, char32_t> known = [] {
        constexpr unsigned last = 9830;  // &diams;
        std::unordered_map<std::string_view, char32_t> found;
        for (unsigned code = 0; code <= last; ++code)
            if (const htmlEntityDesc* entity = htmlEntityValueLookup(code))
                found.emplace(entity->name, code);
        return found;
    }();
    return known;
}

}  // namespace

bool skip_tag(std::string_view& text) {
    if (text.starts_with("<!--")) {
        remove_through(text, text.find("-->", 4), 3);
        return false;
    }
    text.remove_prefix(1);
    const bool closes = text.starts_with('/');
    const std::string_view inside = text.substr(closes ? 1 : 0);
    if (inside.empty() || !(is_letter(inside.front()) || inside.front() == '!' || inside.front() == '?'))
        return true;
    const auto* const end = std::find_if_not(inside.begin(), inside.end(), is_name);
    const std::string_view element = inside.substr(0, static_cast<std::size_t>(end - inside.begin()));
    const auto is_element = [&](std::string_view name) { return text::equal_ignoring_case(name, element); };
    text = inside.substr(element.size());
    skip_attributes(text);
    if (!closes && (is_element("script") || is_element("style")))
        skip_to_end_of(element, text);
    return std::none_of(inline_elements.begin(), inline_elements.end(), is_element);
}

char32_t next_entity(std::string_view& text) {
    // The longest name has 8 letters, and the largest number 8 signs before its semicolon.
    constexpr std::size_t longest = 10;
    const std::string_view inside = text.substr(1, longest);
    const std::size_t end = inside.find(';');
    text.remove_prefix(1);
    if (end == std::string_view::npos)
        return U'&';
    const std::string_view name = inside.substr(0, end);
    if (name.starts_with('#')) {
        text.remove_prefix(end + 1);
        return numbered(name.substr(1));
    }
    const auto entity = entities().find(name);
    if (entity == entities().end())
        return U'&';
    text.remove_prefix(end + 1);
    return entity->second;
}

}  // namespace helpdesk::search
