// Where a client calls from, and the networks that a key may be used from.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace helpdesk {

struct Address {
    enum class Family { unix_socket, ipv4, ipv6 };

    Family family = Family::unix_socket;
    std::array<unsigned char, 16> bytes{};  // in network order; of IPv4 the first four

    bool operator==(const Address&) const = default;
};

// Of the 4 bytes of IPv4 or the 16 of IPv6, in network order. An IPv4 address that comes in IPv6's clothes
// (::ffff:192.0.2.1) is one of IPv4.
Address make_address(std::span<const unsigned char> bytes);

struct Network {
    Address address;
    unsigned bits;  // of the address that count

    bool contains(const Address& other) const;
    bool operator==(const Network&) const = default;
};

// An address, a network in CIDR form, or `unix:` for all unix sockets. Nothing for anything else, and for a
// network whose address has bits set beyond its prefix.
std::optional<Network> parse_network(std::string_view text);

}  // namespace helpdesk
