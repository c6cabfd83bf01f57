#include <gtest/gtest.h>

#include "date.h"

namespace helpdesk {
namespace {

TEST(Date, AmericanForm) {
    EXPECT_EQ(parse_date("1/2/2024"), "2024-01-02 00:00:00");
    EXPECT_EQ(parse_date("12/31/2024 23:59:58"), "2024-12-31 23:59:58");
    EXPECT_EQ(parse_date("2/29/2024 1:05:09 PM"), "2024-02-29 13:05:09");
    EXPECT_EQ(parse_date("2/29/2024 12:00:00 AM"), "2024-02-29 00:00:00");
    EXPECT_EQ(parse_date("2/29/2024 12:00:00 pm"), "2024-02-29 12:00:00");
}

TEST(Date, IsoForm) {
    EXPECT_EQ(parse_date("2024-12-31"), "2024-12-31 00:00:00");
    EXPECT_EQ(parse_date("2024-12-31 08:30:00"), "2024-12-31 08:30:00");
    EXPECT_EQ(parse_date("2024-12-31T08:30:00"), "2024-12-31 08:30:00");
}

class BadDate : public testing::TestWithParam<const char*> {};
TEST_P(BadDate, IsRefused) {
    EXPECT_EQ(parse_date(GetParam()), std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(Dates, BadDate,
                         testing::Values("", "tomorrow", "13/1/2024", "2/30/2024", "2/29/2023", "1/1/24",
                                         "0/1/2024", "1/0/2024", "2024-1-1", "2024-02-30",
                                         "2024-12-31 24:00:00", "2024-12-31 08:60:00", "2024-12-31 08:00:60",
                                         "2024-12-31 08:00", "1/1/2024 13:00:00 PM", "1/1/2024 0:00:00 AM",
                                         "1/1/2024 PM", "2024-12-31T08:30:00Z", "0999-01-01", "1/1/2024x",
                                         " 1/1/2024"));

}  // namespace
}  // namespace helpdesk
