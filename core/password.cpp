#include "password.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "key.h"

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
    const std::string phrase(password);
    const char* hash = crypt_rn(phrase.c_str(), setting.c_str(), data.get(), sizeof(crypt_data));
    std::string result = hash == nullptr ? "" : hash;
    OPENSSL_cleanse(data.get(), sizeof(crypt_data));
    if (result.size() != bcrypt_size)
        throw std::runtime_error("bcrypt failed");
    return result;
}

// passlib's version 2: HMAC-SHA-256 with the salt's text as key, in base64, so that bcrypt sees all bytes.
std::string digest(std::string_view password, std::string_view salt) {
    Sha256 mac;
    HMAC(EVP_sha256(), salt.data(), static_cast<int>(salt.size()),
         reinterpret_cast<const unsigned char*>(password.data()), password.size(), mac.data(), nullptr);
    std::array<unsigned char, 45> base64{};
    EVP_EncodeBlock(base64.data(), mac.data(), static_cast<int>(mac.size()));
    return reinterpret_cast<const char*>(base64.data());
}

}  // namespace

std::string hash_password(std::string_view password, int cost) {
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> buffer{};
    // No bytes given: the salt is the system's randomness.
    if (crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), nullptr, 0, buffer.data(),
                         static_cast<int>(buffer.size())) == nullptr)
        throw std::runtime_error("no randomness for a salt");
    const std::string setting = buffer.data();
    if (password.size() <= longest_for_bcrypt)
        return bcrypt(password, setting);

    const std::string salt = setting.substr(prefix_size, salt_size);
    const std::string hash = bcrypt(digest(password, salt), setting);
    return std::string(wrapped_prefix) + std::to_string(cost) + "$" + salt + "$" +
           hash.substr(prefix_size + salt_size);
}

}  // namespace helpdesk
