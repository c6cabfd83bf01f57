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

TEST(Date, TheEndOfADateIsTheMomentAfter) {
    EXPECT_EQ(parse_date_end("12/31/2024"), "2025-01-01 00:00:00");
    EXPECT_EQ(parse_date_end("2024-02-28"), "2024-02-29 00:00:00");
    EXPECT_EQ(parse_date_end("2024-12-31 08:30:59"), "2024-12-31 08:31:00");
    EXPECT_EQ(parse_date_end("2/28/2023 11:59:59 PM"), "2023-03-01 00:00:00");
    EXPECT_EQ(parse_date_end("1/1/2024 12:00:00 AM"), "2024-01-01 00:00:01");
    EXPECT_EQ(parse_date_end("12/31/9999"), "9999-12-31 23:59:59");
    EXPECT_EQ(parse_date_end("2/30/2024"), std::nullopt);
    EXPECT_EQ(parse_date_end(""), std::nullopt);
}

TEST(Date, AnswersShowTimes) {
    EXPECT_EQ(format_time("2024-01-02 00:03:04", TimeFormat::reference), "1/2/2024 12:03:04 AM");
    EXPECT_EQ(format_time("2024-11-12 11:59:59", TimeFormat::reference), "11/12/2024 11:59:59 AM");
    EXPECT_EQ(format_time("2024-12-31 12:00:00", TimeFormat::reference), "12/31/2024 12:00:00 PM");
    EXPECT_EQ(format_time("2024-12-31 23:30:00", TimeFormat::reference), "12/31/2024 11:30:00 PM");
    EXPECT_EQ(format_time("2024-01-02 00:03:04", TimeFormat::iso), "2024-01-02T00:03:04");
    // Fractions are cut off, no value stays none.
    EXPECT_EQ(format_time("2024-01-02 13:03:04.999999", TimeFormat::reference), "1/2/2024 1:03:04 PM");
    EXPECT_EQ(format_time("2024-01-02 13:03:04.999999", TimeFormat::iso), "2024-01-02T13:03:04");
    EXPECT_EQ(format_time("", TimeFormat::reference), "");
}

TEST(Date, WhatAnswersShowIsUnderstood) {
    for (const char* time : {"2024-01-02 00:00:00", "2024-12-31 12:59:59", "1000-01-01 13:00:00"})
        for (const TimeFormat format : {TimeFormat::reference, TimeFormat::iso})
            EXPECT_EQ(parse_date(format_time(time, format)), time);
}

TEST(Date, ADayAlone) {
    using std::chrono::sys_days;
    EXPECT_EQ(parse_day("2024-02-29"), sys_days(std::chrono::year(2024) / 2 / 29));
    for (const std::string_view text : {"", "2024-02-30", "2024-2-1", "2/29/2024", "2024-02-29 00:00:00",
                                        "2024-02-29T00:00:00", " 2024-02-29", "24-02-29", "2024-13-01"})
        EXPECT_FALSE(parse_day(text)) << text;
}

}  // namespace
}  // namespace helpdesk
