// Reads what the headers of a request ask for besides its variables: that the record has not changed since it
// was read (If-Match, RFC 9110), or that a repeated request does nothing (Idempotency-Key).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "request/decode.h"

namespace helpdesk {

// The names of these headers, which problems show as well.
inline constexpr std::string_view if_match_header = "If-Match";
inline constexpr std::string_view idempotency_key_header = "Idempotency-Key";

// The most bytes that an Idempotency-Key may have. The limit is ours: the header has no standard.
inline constexpr std::size_t longest_idempotency_key = 255;

// Returns the entity tag of a version of a record, for ETag and If-Match. It is the same in all formats. It
// changes with the record, not with the records that it refers to.
std::string entity_tag(std::string_view id, std::string_view version);

// Returns the tags of an If-Match header, with their quotes and without `W/`, which a proxy may have added.
// `*` stands for every version and comes alone. Returns nothing if the header is malformed.
std::optional<std::vector<std::string>> parse_if_match(std::string_view header);

// Returns whether the tag is among them.
bool matches(const std::vector<std::string>& if_match, const std::string& tag);

// Returns the problem of a request whose If-Match does not hold. `noun` names the record.
Problem precondition_failed(std::string_view noun);

// Identifies a write and its repeats by hashes in hexadecimal digits. Both are stored, and an Idempotency-Key
// can be guessed: so neither is made from anything secret.
struct Repeatable {
    std::string key_hash;      // of the API key's name and the Idempotency-Key
    std::string request_hash;  // of what the request asks for, with the Idempotency-Key as HMAC key
};

// `variables` must be without secrets and without those that do not change what is asked for. `if_match` is
// what parse_if_match() returns, or empty. Throws std::runtime_error if the library fails.
Repeatable make_repeatable(std::string_view api_key_name, std::string_view idempotency_key,
                           std::vector<Variables::Sent> variables, const std::vector<std::string>& if_match);

}  // namespace helpdesk
