#include "key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "text.h"

namespace helpdesk {

Sha256 sha256(std::string_view bytes) {
    // Fetched once, because that takes longer than a hash.
    static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    Sha256 hash;
    if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, method, nullptr) != 1)
        throw std::runtime_error("SHA-256 failed");
    return hash;
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
    Sha256 mac;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), mac.data(),
             nullptr) == nullptr)
        throw std::runtime_error("HMAC failed");
    return mac;
}

std::optional<Sha256> parse_sha256(std::string_view hex) {
    Sha256 hash;
    if (hex.size() != hash.size() * 2)
        return std::nullopt;
    for (std::size_t i = 0; i < hash.size(); ++i) {
        const auto byte = text::from_hex(hex[i * 2], hex[i * 2 + 1]);
        if (!byte)
            return std::nullopt;
        hash[i] = *byte;
    }
    return hash;
}

const Key* find_key(const std::vector<Key>& keys, std::string_view sent) {
    const Sha256 hash = sha256(sent);
    const Key* found = nullptr;
    for (const Key& key : keys)
        if (CRYPTO_memcmp(key.hash.data(), hash.data(), hash.size()) == 0)
            found = &key;
    return found;
}

CallLimit::Place CallLimit::acquire(const std::shared_ptr<CallLimit>& limit) {
    const bool has_room = ++limit->calls_ <= limit->most_;
    // Gives back the count at the end, and also if there is no room, or no memory for the place itself.
    const Place place(limit.get(), [limit](void* /*limit*/) { --limit->calls_; });
    return has_room ? place : nullptr;
}

std::string_view bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (!text::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme))
        return {};
    return text::trim(authorization.substr(scheme.size()));
}

}  // namespace helpdesk
