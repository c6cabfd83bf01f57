#include "text.h"

#include <algorithm>
#include <array>

namespace helpdesk::text {
namespace {

struct Character {
    char32_t code;
    std::size_t bytes;  // 0: not UTF-8
};

// Follows RFC 3629: shortest forms only, no surrogates, at most U+10FFFF.
Character next_character(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80)
        return {lead, 1};
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || bytes.size() < size)
        return {0, 0};
    char32_t code = lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80)
            return {0, 0};
        code = (code << 6) | (byte(i) & 0x3F);
    }
    const bool shortest = code >= (size == 4 ? 0x10000U : size == 3 ? 0x800U : 0x80U);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (!shortest || surrogate || code > 0x10FFFF)
        return {0, 0};
    return {code, size};
}

bool is_printable_character(char32_t code) {
    if (code < 0x20)
        return code == '\t' || code == '\n' || code == '\r';
    const bool c1_or_delete = code >= 0x7F && code <= 0x9F;
    return !c1_or_delete && code != 0xFFFE && code != 0xFFFF;
}

// Unicode's White_Space without the control characters, which no value may contain.
bool is_space(char32_t code) {
    return code == ' ' || (code >= '\t' && code <= '\r') || code == 0xA0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
           code == 0x205F || code == 0x3000;
}

struct Range {
    char32_t first, last;
};

// Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt, version 15), which fonts do not draw.
// Two more are not in that list but are drawn as nothing: the marks of annotations (U+FFF9 to U+FFFB), and
// the empty Braille pattern (U+2800).
constexpr std::array invisible = {
    Range{0xAD, 0xAD},       Range{0x34F, 0x34F},     Range{0x61C, 0x61C},   Range{0x115F, 0x1160},
    Range{0x17B4, 0x17B5},   Range{0x180B, 0x180F},   Range{0x200B, 0x200F}, Range{0x202A, 0x202E},
    Range{0x2060, 0x206F},   Range{0x2800, 0x2800},   Range{0x3164, 0x3164}, Range{0xFE00, 0xFE0F},
    Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFB}, Range{0x1BCA0, 0x1BCA3},
    Range{0x1D173, 0x1D17A}, Range{0xE0000, 0xE0FFF},
};

bool is_invisible(char32_t code) {
    return std::any_of(invisible.begin(), invisible.end(),
                       [&](const Range& range) { return code >= range.first && code <= range.last; });
}

std::size_t leading_space(std::string_view text) {
    if (text.empty())
        return 0;
    const Character first = next_character(text);
    return is_space(first.code) ? first.bytes : 0;
}

std::size_t trailing_space(std::string_view text) {
    for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
        const std::string_view tail = text.substr(text.size() - size);
        const Character last = next_character(tail);
        if (last.bytes == size)
            return is_space(last.code) ? size : 0;
    }
    return 0;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::string to_lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::size_t length(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t size = next_character(bytes).bytes;
        if (size == 0)
            return false;
        bytes.remove_prefix(size);
    }
    return true;
}

bool is_printable(std::string_view utf8) {
    while (!utf8.empty()) {
        const Character character = next_character(utf8);
        if (!is_printable_character(character.code))
            return false;
        utf8.remove_prefix(character.bytes);
    }
    return true;
}

std::string_view trim(std::string_view utf8) {
    while (const std::size_t size = leading_space(utf8))
        utf8.remove_prefix(size);
    while (const std::size_t size = trailing_space(utf8))
        utf8.remove_suffix(size);
    return utf8;
}

bool is_blank(std::string_view utf8) {
    while (!utf8.empty()) {
        const Character character = next_character(utf8);
        if (character.bytes == 0 || !(is_space(character.code) || is_invisible(character.code)))
            return false;
        utf8.remove_prefix(character.bytes);
    }
    return true;
}

std::optional<unsigned char> from_hex(char high, char low) {
    const int h = hex_digit(high);
    const int l = hex_digit(low);
    if (h < 0 || l < 0)
        return std::nullopt;
    return static_cast<unsigned char>(h * 16 + l);
}

std::optional<std::string> decode_form_text(std::string_view encoded) {
    std::string result(encoded);
    std::size_t length = 0;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        char c = encoded[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            if (i + 2 >= encoded.size())
                return std::nullopt;
            const auto byte = from_hex(encoded[i + 1], encoded[i + 2]);
            if (!byte)
                return std::nullopt;
            c = static_cast<char>(*byte);
            i += 2;
        }
        result[length++] = c;
    }
    result.resize(length);
    return result;
}

std::string percent_encode(std::string_view bytes) {
    static constexpr std::array digits = {'0', '1', '2', '3', '4', '5', '6', '7',
                                          '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
    std::string result;
    result.reserve(bytes.size());
    for (const char c : bytes) {
        const bool unreserved = (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                                c == '.' || c == '_' || c == '~';
        if (unreserved) {
            result += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            result += '%';
            result += digits.at(byte >> 4);
            result += digits.at(byte & 0xF);
        }
    }
    return result;
}

std::string join(std::span<const std::string_view> texts, std::string_view separator) {
    std::string result;
    for (const std::string_view text : texts)
        result.append(result.empty() ? "" : separator).append(text);
    return result;
}

std::vector<std::string> split_list(std::string_view text, std::size_t most) {
    std::vector<std::string> items;
    while (!text.empty() && items.size() < most) {
        const std::size_t comma = text.find(',');
        const std::string_view item = trim(text.substr(0, comma));
        if (!item.empty())
            items.emplace_back(item);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return items;
}

}  // namespace helpdesk::text
