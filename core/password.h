// Passwords are kept as bcrypt hashes only, of their form NFC (RFC 7617, RFC 8265): a keyboard that sends é
// as two characters opens what one that sends it as one has locked.
#pragma once

#include <string>
#include <string_view>

namespace helpdesk {

// Overwrites a secret, so that it does not stay in memory, and leaves it empty.
void cleanse(std::string& secret);

inline constexpr int lowest_bcrypt_cost = 4;
inline constexpr int highest_bcrypt_cost = 31;
inline constexpr int default_bcrypt_cost = 12;

// A fresh hash of the password; `2^cost` rounds, about a quarter of a second at cost 12. Up to 72 bytes, all
// that bcrypt reads, the result is `$2b$…`. A longer password gives passlib's `$bcrypt-sha256$v=2,…`, in
// which bcrypt sees a digest of all bytes. Throws std::runtime_error when the system has no randomness.
std::string hash_password(std::string_view password, int cost);

// Whether the password is the one of a hash: ours, or one that another bcrypt made (`$2a$`, `$2b$`, `$2y$`,
// passlib's `$bcrypt-sha256$v=2,…`), of its NFC or of the password as it is sent. Anything else, an empty
// text too, matches nothing, and takes as long as a hash of this cost would; twice that where the password is
// not in NFC, whatever the hash.
bool verify_password(std::string_view password, const std::string& hash, int cost);

}  // namespace helpdesk
