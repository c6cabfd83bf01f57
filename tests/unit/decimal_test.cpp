#include "decimal.h"

#include <gtest/gtest.h>

#include <limits>

namespace helpdesk {
namespace {

TEST(Decimal, KeepsTheDigitsAsTheyAreWritten) {
    EXPECT_EQ(parse_decimal("1.50", 4), "1.50");
    EXPECT_EQ(parse_decimal("+7", 4), "7");
    EXPECT_EQ(parse_decimal("-.5", 4), "-.5");
    EXPECT_EQ(parse_decimal("3.", 4), "3.");
    EXPECT_EQ(parse_decimal("0.1234", 4), "0.1234");
}

TEST(Decimal, IsNothingElse) {
    for (const char* text : {"", ".", "-", "+", "+-1", "-+1", "--1", "1e3", "1E3", "1,5", "1,000.00", "1.2.3",
                             " 1", "1 ", "0x1", "inf", "nan", "$1", "123456789012345678901"})
        EXPECT_EQ(parse_decimal(text, 4), std::nullopt) << text;
}

TEST(Decimal, HasNoMoreDecimalsThanAreStored) {
    EXPECT_EQ(parse_decimal("0.12345", 4), std::nullopt);
    // Not even zeros, which would be lost.
    EXPECT_EQ(parse_decimal("0.12340", 4), std::nullopt);
    EXPECT_EQ(parse_decimal("1.0", 0), std::nullopt);
}

TEST(Decimal, IsComparedByEveryDigit) {
    EXPECT_TRUE(lies_within("90", -90, 90));
    EXPECT_TRUE(lies_within("90.000000000", -90, 90));
    EXPECT_FALSE(lies_within("90.000000001", -90, 90));
    EXPECT_TRUE(lies_within("-90", -90, 90));
    EXPECT_FALSE(lies_within("-90.000000001", -90, 90));
    EXPECT_TRUE(lies_within("-89.999999999", -90, 90));
    EXPECT_TRUE(lies_within("00090", -90, 90));
    EXPECT_FALSE(lies_within("100", -90, 90));
    EXPECT_TRUE(lies_within("-0.0", 0, 5));
    EXPECT_FALSE(lies_within("-0.1", 0, 5));
    EXPECT_TRUE(lies_within("0.1", 0, 5));
    EXPECT_FALSE(lies_within("0.1", -5, 0));
    EXPECT_FALSE(lies_within("4.9", 5, 9));
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    EXPECT_TRUE(lies_within("-9223372036854775808", least, most));
    EXPECT_FALSE(lies_within("-9223372036854775808.1", least, most));
    EXPECT_FALSE(lies_within("9223372036854775808", least, most));
}

TEST(Decimal, CountsTheDigitsBeforeThePoint) {
    EXPECT_EQ(whole_digits("-00123.45"), 3);
    EXPECT_EQ(whole_digits("0.5"), 0);
}

TEST(Decimal, HasOneShortestForm) {
    EXPECT_EQ(shortest("1.50"), "1.5");
    EXPECT_EQ(shortest("0012"), "12");
    EXPECT_EQ(shortest("100"), "100");
    EXPECT_EQ(shortest("5."), "5");
    EXPECT_EQ(shortest(".5"), "0.5");
    EXPECT_EQ(shortest("-.5"), "-0.5");
    EXPECT_EQ(shortest("-00.0"), "0");
    EXPECT_EQ(shortest(".000"), "0");
}

TEST(Decimal, LosesTheZerosOfItsColumn) {
    EXPECT_EQ(without_zeros("1.5000", 0), "1.5");
    EXPECT_EQ(without_zeros("10.0000", 0), "10");
    EXPECT_EQ(without_zeros("100", 0), "100");
    EXPECT_EQ(without_zeros("-0.5000", 0), "-0.5");
    EXPECT_EQ(without_zeros("10.0000", 2), "10.00");
    EXPECT_EQ(without_zeros("1.5000", 2), "1.50");
    EXPECT_EQ(without_zeros("1.2340", 2), "1.234");
    EXPECT_EQ(without_zeros("0.0000", 2), "0.00");
}

}  // namespace
}  // namespace helpdesk
