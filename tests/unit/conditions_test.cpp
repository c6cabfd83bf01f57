#include "request/conditions.h"

#include <gtest/gtest.h>

namespace helpdesk {
namespace {

using Tags = std::vector<std::string>;

TEST(IfMatch, IsAListOfTags) {
    EXPECT_EQ(parse_if_match(R"("17-3")"), Tags({R"("17-3")"}));
    EXPECT_EQ(parse_if_match(R"(  "17-3" ,W/"x, y",  "" )"), Tags({R"("17-3")", R"("x, y")", R"("")"}));
    EXPECT_EQ(parse_if_match(" * "), Tags({"*"}));
}

TEST(IfMatch, AnythingElseIsNone) {
    for (const char* header : {"", " ", "17-3", "\"", "\"17-3", "17-3\"", "\"a\" \"b\"", "\"a\",", ",\"a\"",
                               "*, \"a\"", "\"a\", *", "w/\"a\"", "W/", "W/ \"a\""})
        EXPECT_FALSE(parse_if_match(header)) << header;
}

TEST(IfMatch, MatchesOneOfItsTagsOrAny) {
    const std::string tag = entity_tag("17", "3");
    EXPECT_EQ(tag, R"("17-3")");
    EXPECT_TRUE(matches({R"("1-1")", R"("17-3")"}, tag));
    EXPECT_TRUE(matches({"*"}, tag));
    EXPECT_FALSE(matches({R"("17-30")", R"("1-73")"}, tag));
    EXPECT_FALSE(matches({}, tag));
}

Repeatable repeatable(std::string_view api_key, std::string_view key, std::vector<Variables::Sent> variables,
                      const Tags& if_match = {}) {
    return make_repeatable(api_key, key, std::move(variables), if_match);
}

TEST(Repeatable, IsTheSameInAnyOrder) {
    const Repeatable one = repeatable("a", "k", {{"cid", "x"}, {"city", "Rome"}});
    const Repeatable other = repeatable("a", "k", {{"city", "Rome"}, {"cid", "x"}});
    EXPECT_EQ(one.key_hash, other.key_hash);
    EXPECT_EQ(one.request_hash, other.request_hash);
    EXPECT_EQ(one.key_hash.size(), 64U);
    EXPECT_EQ(one.request_hash.size(), 64U);
}

TEST(Repeatable, TellsRequestsApart) {
    const std::string hash = repeatable("a", "k", {{"cid", "x"}, {"city", "Rome"}}).request_hash;
    EXPECT_NE(repeatable("a", "k", {{"cid", "x"}, {"city", "Oslo"}}).request_hash, hash);
    EXPECT_NE(repeatable("a", "k", {{"cid", "x"}}).request_hash, hash);
    EXPECT_NE(repeatable("a", "k", {{"cid", "x4 city4 Rome"}}).request_hash, hash);
    EXPECT_NE(repeatable("a", "k", {{"cid", "x city Rome"}}).request_hash, hash);
    // Who reads the table cannot try passwords without the Idempotency-Key.
    EXPECT_NE(repeatable("a", "other", {{"cid", "x"}, {"city", "Rome"}}).request_hash, hash);
}

TEST(Repeatable, IfMatchIsPartOfTheRequest) {
    const auto hash = [](const Tags& if_match) {
        return repeatable("a", "k", {{"cid", "x"}}, if_match).request_hash;
    };
    EXPECT_EQ(hash({R"("1-1")"}), hash({R"("1-1")"}));
    EXPECT_NE(hash({R"("1-1")"}), hash({R"("1-2")"}));
    EXPECT_NE(hash({R"("1-1")"}), hash({}));
    EXPECT_NE(hash({"*"}), hash({R"("*")"}));
    EXPECT_NE(hash({R"("a")", R"("b")"}), hash({R"("a")"}));
    // What was stored before If-Match was a part of it stays good for requests without.
    EXPECT_EQ(hash({}), "19108698a364d1c0068f3f82de0d53fa700f5fca9596503687aa4a63d2291ab3");
}

TEST(Repeatable, BelongsToOneApiKey) {
    EXPECT_NE(repeatable("a", "k", {}).key_hash, repeatable("b", "k", {}).key_hash);
    EXPECT_NE(repeatable("a", "bk", {}).key_hash, repeatable("ab", "k", {}).key_hash);
    EXPECT_NE(repeatable("a", "b k", {}).key_hash, repeatable("a b", "k", {}).key_hash);
}

}  // namespace
}  // namespace helpdesk
