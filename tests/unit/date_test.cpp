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

TEST(Date, WithoutSeconds) {
    EXPECT_EQ(parse_date("11/26/2026 0:00"), "2026-11-26 00:00:00");
    EXPECT_EQ(parse_date("11/26/2026 11:05 PM"), "2026-11-26 23:05:00");
    EXPECT_EQ(parse_date("2026-11-26 08:30"), "2026-11-26 08:30:00");
    EXPECT_EQ(parse_date("2026-11-26T08:30Z"), "2026-11-26 08:30:00");
}

TEST(Date, TimesOfUtc) {
    for (const char* text :
         {"2024-12-31T08:30:00Z", "2024-12-31T08:30:00z", "2024-12-31T08:30:00+00:00",
          "2024-12-31T08:30:00-00:00", "2024-12-31 08:30:00+0000", "2024-12-31T08:30:00+00",
          "2024-12-31T08:30:00.000Z", "2024-12-31T08:30:00.0", "2024-12-31T08:30:00.000000000+00:00"})
        EXPECT_EQ(parse_date(text), "2024-12-31 08:30:00") << text;
}

TEST(Date, AnotherOffsetIsConverted) {
    EXPECT_EQ(parse_date("2024-12-31T08:30:00+01:00"), "2024-12-31 07:30:00");
    EXPECT_EQ(parse_date("2024-12-31T22:45:00-0530"), "2025-01-01 04:15:00");
    EXPECT_EQ(parse_date("2024-03-01T00:30:00+02"), "2024-02-29 22:30:00");
    EXPECT_EQ(parse_date("1000-01-01T00:30:00+01:00"), std::nullopt);
    EXPECT_EQ(parse_date("9999-12-31T23:30:00-01:00"), std::nullopt);
}

TEST(Date, ABadOneIsExplained) {
    const std::string forms =
        "must be a date such as 12/31/2024, 2024-12-31 08:30:00 or 2024-12-31T08:30:00Z";
    EXPECT_EQ(describe_bad_date("tomorrow"), forms);
    EXPECT_EQ(describe_bad_date("2024-12-31T08:30:00.5Z"), forms + ", without a fraction of a second");
    EXPECT_EQ(describe_bad_date("2024-12-31T08:30:00,123456+00:00"),
              forms + ", without a fraction of a second");
    EXPECT_EQ(describe_bad_date("2024-12-31T08:30:00 01:00"),
              forms + "; a + before an offset has to be sent as %2B in a URL or a form");
    EXPECT_EQ(describe_bad_date(std::string(1'000'000, '1')), forms);
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
                                         "2024-12-31 08", "1/1/2024 13:00:00 PM", "1/1/2024 0:00:00 AM",
                                         "1/1/2024 PM", "0999-01-01", "1/1/2024x", " 1/1/2024", "2024-12-31Z",
                                         "2024-12-31T08:30:00.5Z", "2024-12-31T08:30:00.0000001",
                                         "2024-12-31T08:30:00.", "2024-12-31T08:30:00+24:00",
                                         "2024-12-31T08:30:00+01:60", "2024-12-31T08:30:00 01:00",
                                         "2024-12-31T08:30.0", "1/1/2024 8:30Z", "1/1/2024 8:60",
                                         "2024-12-31T08:30:00.000Z+00:00"));

TEST(Date, TheEndOfADateIsTheMomentAfter) {
    EXPECT_EQ(parse_date_end("12/31/2024"), "2025-01-01 00:00:00");
    EXPECT_EQ(parse_date_end("2024-02-28"), "2024-02-29 00:00:00");
    EXPECT_EQ(parse_date_end("2024-12-31 08:30:59"), "2024-12-31 08:31:00");
    EXPECT_EQ(parse_date_end("2/28/2023 11:59:59 PM"), "2023-03-01 00:00:00");
    EXPECT_EQ(parse_date_end("1/1/2024 12:00:00 AM"), "2024-01-01 00:00:01");
    EXPECT_EQ(parse_date_end("1/1/2024 0:00"), "2024-01-01 00:01:00");
    EXPECT_EQ(parse_date_end("2024-12-31T23:59:00+01:00"), "2024-12-31 22:59:01");
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
