#include "key.h"

#include <gtest/gtest.h>

namespace helpdesk {
namespace {

constexpr std::string_view hash_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Key, IsFoundByItsHash) {
    const std::vector<Key> keys = {{"other", sha256("x")}, {"mine", parse_sha256(hash_of_abc).value()}};
    ASSERT_NE(find_key(keys, "abc"), nullptr);
    EXPECT_EQ(find_key(keys, "abc")->name, "mine");
    EXPECT_EQ(find_key(keys, "abd"), nullptr);
    EXPECT_EQ(find_key(keys, ""), nullptr);
    EXPECT_EQ(find_key({}, "abc"), nullptr);
}

TEST(Key, HashesAreHexadecimal) {
    EXPECT_TRUE(parse_sha256("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"));
    EXPECT_FALSE(parse_sha256(hash_of_abc.substr(1)));
    EXPECT_FALSE(parse_sha256(std::string(64, 'g')));
    EXPECT_FALSE(parse_sha256(""));
}

TEST(Key, BearerToken) {
    EXPECT_EQ(bearer_token("Bearer abc"), "abc");
    EXPECT_EQ(bearer_token("bearer  abc "), "abc");
    EXPECT_EQ(bearer_token("Basic abc"), "");
    EXPECT_EQ(bearer_token("Bearer"), "");
    EXPECT_EQ(bearer_token(""), "");
}

}  // namespace
}  // namespace helpdesk
