#include "call/sign_in.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace helpdesk {

SignInMemory::SignInMemory() {
    if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1)
        throw std::runtime_error("no randomness for a key");
}

SignInMemory::Mark SignInMemory::mark(const DatabaseSettings* database, const Resource& resource,
                                      std::string_view name, std::string_view password) const {
    // Includes the length of one text, so that no two credentials give the same bytes.
    const std::size_t head[] = {reinterpret_cast<std::size_t>(database),
                                reinterpret_cast<std::size_t>(&resource), name.size()};
    std::string bytes(reinterpret_cast<const char*>(head), sizeof(head));
    bytes.append(name).append(password);
    const std::string_view key(reinterpret_cast<const char*>(key_.data()), key_.size());
    const Mark mark = hmac_sha256(key, bytes);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return mark;
}

const std::string* SignInMemory::find(const Mark& mark, Clock::time_point now) const {
    const auto found = records_.find(mark);
    if (found == records_.end() || found->second.until <= now ||
        changed_since(found->second.name, found->second.checked))
        return nullptr;
    return &found->second.name;
}

void SignInMemory::remember(const Mark& mark, std::string name, ChangeNumber checked,
                            Clock::time_point until) {
    records_.insert_or_assign(mark, Record{std::move(name), checked, until});
    if (records_.size() > most)
        records_.erase(std::min_element(
            records_.begin(), records_.end(),
            [](const auto& one, const auto& other) { return one.second.until < other.second.until; }));
}

}  // namespace helpdesk
