#include "pattern.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace helpdesk {
namespace {

using Groups = std::vector<std::string_view>;

TEST(Pattern, TakesTheWholeText) {
    const Pattern pattern("a|ab");
    EXPECT_EQ(pattern.match("ab"), Groups{"ab"});
    EXPECT_TRUE(pattern.match("abc").empty());
    EXPECT_TRUE(pattern.match("cab").empty());
    EXPECT_TRUE(pattern.match("ab\n").empty());
    EXPECT_TRUE(pattern.match("").empty());
}

TEST(Pattern, EndsWhereTheTextDoes) {
    const Pattern pattern("[^x]*");
    EXPECT_EQ(pattern.match(std::string_view("abx", 2)), Groups{"ab"});
    const std::string_view with_nul("a\0b", 3);
    EXPECT_EQ(pattern.match(with_nul), Groups{with_nul});
}

TEST(Pattern, GivesItsGroups) {
    EXPECT_EQ(Pattern("(a)?(b)(c*)").match("b"), (Groups{"b", "", "b", ""}));
}

TEST(Pattern, HasToBeOne) {
    EXPECT_THROW(Pattern("("), std::invalid_argument);
}

}  // namespace
}  // namespace helpdesk
