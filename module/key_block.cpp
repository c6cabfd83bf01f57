#include "key_block.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "block.hpp"
#include "date.h"
#include "model/action.h"

namespace helpdesk::ngx {
namespace {

struct KeyBlock {
    std::optional<Sha256> hash;
    Key key;
};

// Does not show a wrong value, because that may be the key itself.
void read_sha256(ngx_conf_t* /*cf*/, Values values, KeyBlock& block) {
    block.hash = parse_sha256(view(values[0]));
    if (!block.hash)
        throw std::invalid_argument("must be 64 hexadecimal digits");
}

template <typename T>
void add_once(std::vector<T>& list, const T& item, const ngx_str_t& value) {
    if (std::find(list.begin(), list.end(), item) != list.end())
        throw std::invalid_argument("names \"" + std::string(view(value)) + "\" twice");
    list.push_back(item);
}

void add_actions(ngx_conf_t* /*cf*/, Values values, KeyBlock& block) {
    for (const ngx_str_t& value : values) {
        const Action* action = find_action(view(value));
        if (action == nullptr)
            throw std::invalid_argument("names \"" + std::string(view(value)) + "\", which is no action");
        add_once(block.key.actions, action, value);
    }
}

void add_networks(ngx_conf_t* /*cf*/, Values values, KeyBlock& block) {
    for (const ngx_str_t& value : values) {
        const auto network = parse_network(view(value));
        if (!network)
            throw wrong_value(
                "must be \"unix:\", an address, or a network such as 192.0.2.0/24 or 2001:db8::/32 without "
                "bits beyond its prefix",
                value);
        add_once(block.key.networks, *network, value);
    }
}

void read_expires(ngx_conf_t* /*cf*/, Values values, KeyBlock& block) {
    block.key.last_day = parse_day(view(values[0]));
    if (!block.key.last_day)
        throw wrong_value("must be a day such as 2030-12-31", values[0]);
}

void read_max_calls(ngx_conf_t* /*cf*/, Values values, KeyBlock& block) {
    const ngx_int_t most = read_number(values[0], 1, 1'000'000);
    block.key.limit = std::make_shared<CallLimit>(static_cast<unsigned>(most));
}

// clang-format off
constexpr Row<KeyBlock> key_parameters[] = {
    {"sha256",    one_value,   by<read_sha256>},
    {"actions",   some_values, by<add_actions>, true},
    {"allow",     some_values, by<add_networks>, true},
    {"expires",   one_value,   by<read_expires>},
    {"max_calls", one_value,   by<read_max_calls>},
};
// clang-format on

}  // namespace

Key read_key_block(ngx_conf_t* cf, std::string name) {
    KeyBlock block = read_block<KeyBlock, key_parameters>(cf);
    if (!block.hash)
        throw std::invalid_argument("\"" + name + "\" needs \"sha256\"");
    block.key.name = std::move(name);
    block.key.hash = *block.hash;
    return std::move(block.key);
}

}  // namespace helpdesk::ngx
