// API keys. The configuration has only the SHA-256 of each key; the key itself is never kept.
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

// Throws std::runtime_error if the library fails.
Sha256 sha256(std::string_view bytes);

// Returns HMAC-SHA-256. Throws as sha256() does.
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

// Reads 64 hexadecimal digits. Returns nothing for any other text.
std::optional<Sha256> parse_sha256(std::string_view hex);

// Limits the calls with one key that are under way in this process at the same time. Calls may begin and end
// on any thread.
class CallLimit {
  public:
    explicit CallLimit(unsigned most) : most_(most) {}

    unsigned most() const { return most_; }

    // Counts as one of the calls for as long as it exists. Null if there are `most` already.
    using Place = std::shared_ptr<void>;
    static Place acquire(const std::shared_ptr<CallLimit>& limit);

  private:
    const unsigned most_;
    std::atomic<unsigned> calls_ = 0;
};

// Holds what a `helpdesk_key` block says. access.h has the rules.
struct Key {
    std::string name;  // for logs and messages
    Sha256 hash;
    std::vector<const Action*> actions = {};             // that it may call; empty: all
    std::vector<Network> networks = {};                  // that it may be used from; empty: all
    std::optional<std::chrono::sys_days> last_day = {};  // the last day on which it may be used, in UTC
    std::shared_ptr<CallLimit> limit = {};               // shared by all copies of the key; null: no limit
};

// Returns the key that a client sent, or null. Takes the same time whichever key matches, or none.
const Key* find_key(const std::vector<Key>& keys, std::string_view sent);

// Returns the key in an `Authorization: Bearer …` header. Empty if the header is something else.
std::string_view bearer_token(std::string_view authorization);

}  // namespace helpdesk
