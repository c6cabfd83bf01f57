#include "request/conditions.h"

#include <algorithm>

#include "key.h"
#include "text.h"

namespace helpdesk {
namespace {

std::string hex(const Sha256& hash) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    for (const unsigned char byte : hash) {
        result += digits[byte >> 4];
        result += digits[byte & 0xf];
    }
    return result;
}

// Appends the length as well, so that no two lists of texts give the same bytes.
void append(std::string& bytes, std::string_view text) {
    bytes += std::to_string(text.size());
    bytes += ' ';
    bytes += text;
}

}  // namespace

std::string entity_tag(std::string_view id, std::string_view version) {
    return "\"" + std::string(id) + "-" + std::string(version) + "\"";
}

std::optional<std::vector<std::string>> parse_if_match(std::string_view header) {
    header = text::trim(header);
    if (header == "*")
        return std::vector<std::string>{"*"};
    std::vector<std::string> tags;
    while (true) {
        if (header.starts_with("W/"))
            header.remove_prefix(2);
        const std::size_t end = header.starts_with('"') ? header.find('"', 1) : std::string_view::npos;
        if (end == std::string_view::npos)
            return std::nullopt;
        tags.emplace_back(header.substr(0, end + 1));
        header = text::trim(header.substr(end + 1));
        if (header.empty())
            return tags;
        if (!header.starts_with(','))
            return std::nullopt;
        header = text::trim(header.substr(1));
    }
}

bool matches(const std::vector<std::string>& if_match, const std::string& tag) {
    return std::any_of(if_match.begin(), if_match.end(),
                       [&](const std::string& one) { return one == tag || one == "*"; });
}

Problem precondition_failed(std::string_view noun) {
    return {code::precondition_failed, std::string(if_match_header),
            "the " + std::string(noun) + " has changed since you read it"};
}

Repeatable make_repeatable(std::string_view api_key_name, std::string_view idempotency_key,
                           std::vector<Variables::Sent> variables, const std::vector<std::string>& if_match) {
    std::sort(variables.begin(), variables.end(),
              [](const auto& one, const auto& other) { return one.name < other.name; });
    std::string request;
    for (const Variables::Sent& variable : variables) {
        append(request, variable.name);
        append(request, variable.value);
    }
    // This is one text after pairs of texts, so that no variable gives the same bytes.
    std::string tags;
    for (const std::string& tag : if_match)
        tags += tag;
    if (!tags.empty())
        append(request, tags);
    const Sha256 request_hash = hmac_sha256(idempotency_key, request);
    std::string key;
    append(key, api_key_name);
    append(key, idempotency_key);
    return {.key_hash = hex(sha256(key)), .request_hash = hex(request_hash)};
}

}  // namespace helpdesk
