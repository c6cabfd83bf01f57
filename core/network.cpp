#include "network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace helpdesk {
namespace {

constexpr std::size_t ipv4_size = 4;
constexpr std::size_t ipv6_size = 16;
constexpr std::array<unsigned char, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// Returns the bits of byte `i` that belong to the prefix.
unsigned mask(unsigned bits, std::size_t i) {
    const unsigned before = static_cast<unsigned>(i) * 8;
    const unsigned left = bits > before ? std::min(bits - before, 8U) : 0;
    return 0xFFU << (8 - left) & 0xFFU;
}

std::optional<Address> parse_address(const std::string& text) {
    std::array<unsigned char, ipv6_size> bytes{};
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
        return make_address({bytes.data(), ipv4_size});
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1)
        return std::nullopt;
    const Address address = make_address(bytes);
    // The prefix of an IPv4-mapped network counts bits of IPv6, but the address has become one of IPv4.
    return address.family == Address::Family::ipv6 ? std::optional(address) : std::nullopt;
}

}  // namespace

Address make_address(std::span<const unsigned char> bytes) {
    Address address{.family = Address::Family::ipv6};
    if (bytes.size() == ipv6_size && std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin()))
        bytes = bytes.subspan(mapped_prefix.size());
    if (bytes.size() == ipv4_size)
        address.family = Address::Family::ipv4;
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
    return address;
}

bool Network::contains(const Address& other) const {
    if (other.family != address.family)
        return false;
    for (std::size_t i = 0; i < address.bytes.size(); ++i)
        if (((address.bytes[i] ^ other.bytes[i]) & mask(bits, i)) != 0)
            return false;
    return true;
}

std::optional<Network> parse_network(std::string_view text) {
    if (text == "unix:")
        return Network{Address(), 0};
    const std::size_t slash = text.find('/');
    const auto address = parse_address(std::string(text.substr(0, slash)));
    if (!address)
        return std::nullopt;
    const unsigned most = (address->family == Address::Family::ipv4 ? ipv4_size : ipv6_size) * 8;
    Network network{*address, most};
    if (slash != std::string_view::npos) {
        const std::string_view prefix = text.substr(slash + 1);
        const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), network.bits);
        if (error != std::errc() || end != prefix.data() + prefix.size() || network.bits > most)
            return std::nullopt;
    }
    for (std::size_t i = 0; i < address->bytes.size(); ++i)
        if ((address->bytes[i] & ~mask(network.bits, i)) != 0)
            return std::nullopt;
    return network;
}

}  // namespace helpdesk
