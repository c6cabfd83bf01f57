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

SignInMemory::Mark SignInMemory::mark(const DatabaseSettings* database, std::string_view cid,
                                      std::string_view password) const {
    // Includes the length of one text, so that no two credentials give the same bytes.
    const std::size_t head[] = {reinterpret_cast<std::size_t>(database), cid.size()};
    std::string bytes(reinterpret_cast<const char*>(head), sizeof(head));
    bytes.append(cid).append(password);
    const std::string_view key(reinterpret_cast<const char*>(key_.data()), key_.size());
    const Mark mark = hmac_sha256(key, bytes);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return mark;
}

const std::string* SignInMemory::find(const Mark& mark, Clock::time_point now) const {
    const auto found = customers_.find(mark);
    if (found == customers_.end() || found->second.until <= now ||
        changed_since(found->second.cid, found->second.checked))
        return nullptr;
    return &found->second.cid;
}

void SignInMemory::remember(const Mark& mark, std::string customer, ChangeNumber checked,
                            Clock::time_point until) {
    customers_.insert_or_assign(mark, Customer{std::move(customer), checked, until});
    if (customers_.size() > most)
        customers_.erase(std::min_element(
            customers_.begin(), customers_.end(),
            [](const auto& one, const auto& other) { return one.second.until < other.second.until; }));
}

}  // namespace helpdesk
