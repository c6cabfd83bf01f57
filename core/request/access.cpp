#include "request/access.h"

#include <algorithm>

namespace helpdesk {
namespace {

Refusal refuse(std::string_view code, std::string_view variable, std::string text, std::string log) {
    return {{code, std::string(variable), std::move(text)}, std::move(log)};
}

std::string named(const Key& key) {
    return "the key \"" + key.name + "\" ";
}

}  // namespace

std::optional<Refusal> check_key(KeySent sent, const Key* key, const Address& address,
                                 std::chrono::sys_days today) {
    if (sent == KeySent::in_url)
        return refuse(code::key_in_url, key_variable,
                      "must not be part of the URL; send it in a header or in the body",
                      "the key is part of the URL");
    if (sent == KeySent::not_at_all)
        return refuse(code::missing_key, key_variable, "is required", "the request has no key");
    if (key == nullptr)
        return refuse(code::wrong_key, key_variable, "is not a valid API key",
                      "no helpdesk_key has this key");
    if (key->last_day && today > *key->last_day)
        return refuse(code::expired_key, key_variable, "has expired", named(*key) + "has expired");
    const auto contains = [&](const Network& network) { return network.contains(address); };
    if (!key->networks.empty() && std::none_of(key->networks.begin(), key->networks.end(), contains))
        return refuse(code::address_not_allowed, key_variable, "may not be used from this address",
                      named(*key) + "may not be used from this address");
    return std::nullopt;
}

std::optional<Refusal> check_action(const Key& key, const Action& action) {
    if (key.actions.empty() ||
        std::find(key.actions.begin(), key.actions.end(), &action) != key.actions.end())
        return std::nullopt;
    return refuse(code::action_not_allowed, action_variable, "is not allowed with this key",
                  named(key) + "may not call " + action.name);
}

Refusal too_many_calls(const Key& key) {
    const std::string most = std::to_string(key.limit->most());
    return refuse(code::too_many_requests, "",
                  "this key may have at most " + most + " calls under way at once, try again",
                  named(key) + "has " + most + " calls under way");
}

}  // namespace helpdesk
