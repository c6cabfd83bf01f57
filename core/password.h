// Passwords are stored only as bcrypt hashes of their form NFC (RFC 7617, RFC 8265). So a password set on a
// keyboard that sends é as one character also works on a keyboard that sends it as two.
#pragma once

#include <string>
#include <string_view>

namespace helpdesk {

// Overwrites a secret, so that it does not stay in memory, and leaves it empty.
void cleanse(std::string& secret);

inline constexpr int lowest_bcrypt_cost = 4;
inline constexpr int highest_bcrypt_cost = 31;
inline constexpr int default_bcrypt_cost = 12;

// Returns a new hash of the password, made in `2^cost` rounds: about a quarter of a second at cost 12. bcrypt
// reads up to 72 bytes; for those the result is `$2b$…`. A longer password gives passlib's
// `$bcrypt-sha256$v=2,…`, in which bcrypt reads a digest of all bytes. Throws std::runtime_error if the
// system has no randomness.
std::string hash_password(std::string_view password, int cost);

// Returns whether the hash is that of the password, either in NFC or as it is sent. The hash may be ours, or
// one that another bcrypt made (`$2a$`, `$2b$`, `$2y$`, passlib's `$bcrypt-sha256$v=2,…`). Any other text,
// also an empty one, matches nothing, and takes as long as a hash of this cost. It takes twice as long if the
// password is not in NFC, whatever the hash.
bool verify_password(std::string_view password, const std::string& hash, int cost);

}  // namespace helpdesk
