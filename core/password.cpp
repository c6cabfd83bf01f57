#include "password.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "key.h"
#include "nfc.h"
#include "text.h"

namespace helpdesk {
namespace {

// `$2b$12$` + 22 characters of salt + 31 of digest.
constexpr std::size_t prefix_size = 7;
constexpr std::size_t salt_size = 22;
constexpr std::size_t bcrypt_size = prefix_size + salt_size + 31;
constexpr std::size_t longest_for_bcrypt = 72;
constexpr std::string_view wrapped_prefix = "$bcrypt-sha256$v=2,t=2b,r=";

std::string bcrypt(std::string_view password, const std::string& setting) {
    const auto data = std::make_unique<crypt_data>();
    // libcrypt refuses phrases of 512 bytes and more.
    const std::string phrase(password.substr(0, longest_for_bcrypt));
    const char* hash = crypt_rn(phrase.c_str(), setting.c_str(), data.get(), sizeof(crypt_data));
    std::string result = hash == nullptr ? "" : hash;
    OPENSSL_cleanse(data.get(), sizeof(crypt_data));
    if (result.size() != bcrypt_size)
        throw std::runtime_error("bcrypt failed");
    return result;
}

// Follows passlib's version 2: HMAC-SHA-256 with the salt's text as key, in base64, so that bcrypt reads all
// bytes.
std::string digest(std::string_view password, std::string_view salt) {
    const Sha256 mac = hmac_sha256(salt, password);
    std::array<unsigned char, 45> base64{};
    EVP_EncodeBlock(base64.data(), mac.data(), static_cast<int>(mac.size()));
    return reinterpret_cast<const char*>(base64.data());
}

// Returns the bcrypt setting of a wrapped hash, with cost and salt. Empty if it is no such hash.
std::string wrapped_setting(std::string_view hash) {
    if (!hash.starts_with(wrapped_prefix))
        return "";
    hash.remove_prefix(wrapped_prefix.size());
    const std::size_t end = hash.find('$');
    if (end == std::string_view::npos || end == 0 || end > 2 || hash.size() < end + 1 + salt_size)
        return "";
    const std::string cost(hash.substr(0, end));
    return "$2b$" + std::string(2 - end, '0') + cost + "$" + std::string(hash.substr(end + 1, salt_size));
}

std::string wrap(std::string_view password, const std::string& setting) {
    const std::string salt = setting.substr(prefix_size, salt_size);
    const std::string hash = bcrypt(digest(password, salt), setting);
    const int cost = std::stoi(setting.substr(4, 2));
    return std::string(wrapped_prefix) + std::to_string(cost) + "$" + salt + "$" +
           hash.substr(prefix_size + salt_size);
}

std::string random_setting(int cost) {
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> buffer{};
    // Without bytes given, the system's randomness becomes the salt.
    if (crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), nullptr, 0, buffer.data(),
                         static_cast<int>(buffer.size())) == nullptr)
        throw std::runtime_error("no randomness for a salt");
    return buffer.data();
}

bool is_bcrypt(std::string_view hash) {
    return hash.size() == bcrypt_size &&
           (hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$"));
}

bool equal(const std::string& a, const std::string& b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// Returns whether these bytes are the password of a hash.
bool verify_bytes(std::string_view password, const std::string& hash, int cost) {
    try {
        if (is_bcrypt(hash)) {
            const bool same = equal(bcrypt(password, hash), hash);
            // Our hashes ignore no byte: a longer password was stored in the other form. Those of other
            // programs may.
            return same && (password.size() <= longest_for_bcrypt || !hash.starts_with("$2b$"));
        }
        const std::string setting = wrapped_setting(hash);
        if (!setting.empty())
            return equal(wrap(password, setting), hash);
    } catch (const std::exception&) {
        // It is not a hash. Continue as with any other text.
    }
    bcrypt(password, random_setting(cost));
    return false;
}

// No password of 255 characters has more in any form. Longer texts are nobody's password, and are left as
// they are: the time for sorting their combining marks grows with the square of their number.
constexpr std::size_t longest_to_normalize = 1020;

// A password in NFC, which is overwritten at the end.
class Normalized {
  public:
    explicit Normalized(std::string_view password)
        : text_(text::length(password) <= longest_to_normalize ? to_nfc(password) : std::string(password)) {}
    Normalized(const Normalized&) = delete;
    Normalized& operator=(const Normalized&) = delete;
    ~Normalized() { cleanse(text_); }

    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

}  // namespace

void cleanse(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

std::string hash_password(std::string_view password, int cost) {
    const std::string setting = random_setting(cost);
    const Normalized normalized(password);
    const std::string& text = normalized.text();
    return text.size() <= longest_for_bcrypt ? bcrypt(text, setting) : wrap(text, setting);
}

bool verify_password(std::string_view password, const std::string& hash, int cost) {
    const Normalized normalized(password);
    bool right = verify_bytes(normalized.text(), hash, cost);
    // Other programs hash a password as it is sent, and so did this one once. Whether there is a second check
    // depends on the password alone, so that the time reveals nothing about the hash.
    if (normalized.text() != password)
        right = verify_bytes(password, hash, cost) || right;
    return right;
}

}  // namespace helpdesk
