// What the headers of a request ask beyond its variables: that the record is still as it was read (If-Match,
// RFC 9110), or that a repeat does nothing (Idempotency-Key).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "request/decode.h"

namespace helpdesk {

// The names of these headers, in problems as well.
inline constexpr std::string_view if_match_header = "If-Match";
inline constexpr std::string_view idempotency_key_header = "Idempotency-Key";

// The most bytes that an Idempotency-Key may have (ours).
inline constexpr std::size_t longest_idempotency_key = 255;

// What stands for a state of a record in ETag and If-Match. It is the same in all formats, and changes with
// the record, not with what the record refers to by name.
std::string entity_tag(std::string_view id, std::string_view version);

// The tags of an If-Match header, with their quotes and without `W/`, which a proxy may have put before them;
// `*`, which stands for every state, alone. Nothing for what is no such header.
std::optional<std::vector<std::string>> parse_if_match(std::string_view header);

// Whether the tag is among them.
bool matches(const std::vector<std::string>& if_match, const std::string& tag);

// The answer to a request whose If-Match does not hold. `noun` of the record.
Problem precondition_failed(std::string_view noun);

// By what a write and its repeats are known, in hexadecimal digits. Both are stored, and Idempotency-Keys can
// be guessed: neither is made from anything secret.
struct Repeatable {
    std::string key_hash;      // of the name of the API key and of the Idempotency-Key
    std::string request_hash;  // of what the request asks for, keyed by the Idempotency-Key
};

// `variables` without secrets and those that say nothing of what is asked for; `if_match` as parse_if_match()
// gives it, or empty. Throws std::runtime_error when the library cannot.
Repeatable make_repeatable(std::string_view api_key_name, std::string_view idempotency_key,
                           std::vector<Variables::Variable> variables,
                           const std::vector<std::string>& if_match);

}  // namespace helpdesk
