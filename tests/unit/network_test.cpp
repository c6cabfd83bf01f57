#include "network.h"

#include <gtest/gtest.h>

namespace helpdesk {
namespace {

Address address(std::string_view text) {
    return parse_network(text).value().address;
}

bool contains(std::string_view network, std::string_view other) {
    return parse_network(network).value().contains(address(other));
}

TEST(Network, ContainsAddressesOfItsPrefix) {
    EXPECT_TRUE(contains("192.0.2.0/24", "192.0.2.255"));
    EXPECT_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
    EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.128"));
    EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(contains("192.0.2.1", "192.0.2.1"));
    EXPECT_FALSE(contains("192.0.2.1", "192.0.2.2"));
    EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::"));
    EXPECT_TRUE(contains("::1", "::1"));
    EXPECT_FALSE(contains("::1", "::2"));
}

TEST(Network, NeverCrossesFamilies) {
    EXPECT_TRUE(contains("0.0.0.0/0", "255.255.255.255"));
    EXPECT_FALSE(contains("0.0.0.0/0", "::"));
    EXPECT_FALSE(contains("::/0", "1.2.3.4"));
    EXPECT_FALSE(contains("::/0", "unix:"));
    EXPECT_FALSE(contains("0.0.0.0/0", "unix:"));
    EXPECT_FALSE(contains("unix:", "0.0.0.0"));
    EXPECT_TRUE(parse_network("unix:")->contains(Address()));
}

TEST(Network, Ipv4InIpv6IsIpv4) {
    const std::array<unsigned char, 16> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1};
    EXPECT_EQ(make_address(mapped), address("192.0.2.1"));
    EXPECT_FALSE(parse_network("::ffff:192.0.2.1"));
    EXPECT_FALSE(parse_network("::ffff:192.0.2.0/120"));
}

TEST(Network, RefusesWhatIsMalformed) {
    for (const std::string_view text : {"",
                                        "/",
                                        "x",
                                        "unix",
                                        "unix:/tmp/x",
                                        "all",
                                        "192.0.2",
                                        "192.0.2.256",
                                        "192.0.2.1.",
                                        "192.0.2.0/",
                                        "192.0.2.0/33",
                                        "192.0.2.0/-1",
                                        "192.0.2.0/+8",
                                        "192.0.2.0/2x",
                                        "192.0.2.0/24/24",
                                        " 192.0.2.0",
                                        "192.0.2.0/4294967320",
                                        "2001:db8::/129",
                                        "2001:db8:::/32",
                                        "fe80::1%eth0",
                                        "192.0.2.0 /24"})
        EXPECT_FALSE(parse_network(text)) << text;
}

TEST(Network, RefusesBitsBeyondThePrefix) {
    EXPECT_FALSE(parse_network("192.0.2.1/24"));
    EXPECT_FALSE(parse_network("1.0.0.0/0"));
    EXPECT_FALSE(parse_network("2001:db8::1/64"));
    EXPECT_TRUE(parse_network("192.0.2.1/32"));
}

}  // namespace
}  // namespace helpdesk
