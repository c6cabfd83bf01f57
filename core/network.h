// Addresses of clients, and the networks from which a key may be used.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace helpdesk {

struct Address {
    enum class Family { unix_socket, ipv4, ipv6 };

    Family family = Family::unix_socket;
    std::array<unsigned char, 16> bytes{};  // in network order; IPv4 uses the first four

    bool operator==(const Address&) const = default;
};

// Makes an address of the 4 bytes of IPv4 or the 16 of IPv6, in network order. An IPv4-mapped IPv6 address
// (::ffff:192.0.2.1) becomes an IPv4 address.
Address make_address(std::span<const unsigned char> bytes);

struct Network {
    Address address;
    unsigned bits;  // the number of leading bits that must be equal

    bool contains(const Address& other) const;
    bool operator==(const Network&) const = default;
};

// Reads an address, a network in CIDR form, or `unix:` for all unix sockets. Returns nothing for any other
// text, and for a network whose address has bits set beyond its prefix.
std::optional<Network> parse_network(std::string_view text);

}  // namespace helpdesk
