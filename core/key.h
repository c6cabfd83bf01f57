// API keys. The configuration knows only the SHA-256 of each; the key itself is never kept.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

using Sha256 = std::array<unsigned char, 32>;

// Throws std::runtime_error when the library cannot.
Sha256 sha256(std::string_view bytes);

// 64 hexadecimal digits; nothing for anything else.
std::optional<Sha256> parse_sha256(std::string_view hex);

struct Key {
    std::string name;  // for logs and messages
    Sha256 hash;
};

// The key that a client sent, or null. Takes the same time whichever key matches, or none.
const Key* find_key(const std::vector<Key>& keys, std::string_view sent);

// The key in an `Authorization: Bearer …` header, empty when it is none.
std::string_view bearer_token(std::string_view authorization);

}  // namespace helpdesk
