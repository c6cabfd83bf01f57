#include "call/name_set.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <random>
#include <set>
#include <string>

namespace helpdesk {
namespace {

TEST(NameSet, KnowsEachNameThatItHasMet) {
    std::mt19937 random(1);  // NOLINT: the same names in each run
    std::set<std::string> expected;
    NameSet names;
    for (int i = 0; i < 200'000; ++i) {
        const std::string name = std::to_string(random() % 100'000);
        ASSERT_EQ(names.insert(name), expected.insert(name).second) << name;
    }
    EXPECT_TRUE(names.insert(""));
    EXPECT_FALSE(names.insert(""));
}

std::size_t allocated() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

TEST(NameSet, TakesLittleMoreThanItsNames) {
    const std::size_t before = allocated();
    NameSet names;
    constexpr std::size_t count = 300'000;
    for (std::size_t i = 0; i < count; ++i)
        ASSERT_TRUE(names.insert(std::to_string(100'000 + i)));
    // A name has 6 bytes. In a std::set it takes 80.
    EXPECT_LT(allocated() - before, 30 * count);
}

}  // namespace
}  // namespace helpdesk
