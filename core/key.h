// API keys. The configuration knows only the SHA-256 of each; the key itself is never kept.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network.h"

namespace helpdesk {

struct Action;

// The variable that carries the key.
inline constexpr std::string_view key_variable = "key";

using Sha256 = std::array<unsigned char, 32>;

// Throws std::runtime_error when the library cannot.
Sha256 sha256(std::string_view bytes);

// HMAC-SHA-256. Throws as sha256() does.
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

// 64 hexadecimal digits; nothing for anything else.
std::optional<Sha256> parse_sha256(std::string_view hex);

// Bounds the calls with a key that are under way at the same time in this process. Calls may begin and end on
// any thread.
class CallLimit {
  public:
    explicit CallLimit(unsigned most) : most_(most) {}

    unsigned most() const { return most_; }

    // One of the calls, for as long as it lives. Null when there are `most` already.
    using Place = std::shared_ptr<void>;
    static Place take(const std::shared_ptr<CallLimit>& limit);

  private:
    const unsigned most_;
    std::atomic<unsigned> calls_ = 0;
};

// What a `helpdesk_key` block says. access.h has the rules.
struct Key {
    std::string name;  // for logs and messages
    Sha256 hash;
    std::vector<const Action*> actions = {};             // that it may call; none: all
    std::vector<Network> networks = {};                  // that it may be used from; none: all
    std::optional<std::chrono::sys_days> last_day = {};  // on which it may be used, UTC
    std::shared_ptr<CallLimit> limit = {};               // shared by all copies of the key; null: none
};

// The key that a client sent, or null. Takes the same time whichever key matches, or none.
const Key* find_key(const std::vector<Key>& keys, std::string_view sent);

// The key in an `Authorization: Bearer …` header, empty when it is none.
std::string_view bearer_token(std::string_view authorization);

}  // namespace helpdesk
