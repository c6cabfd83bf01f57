#include "request/json_numbers.h"

#include <gtest/gtest.h>

namespace helpdesk {
namespace {

TEST(JsonNumbers, AsManyCommasAsAllowed) {
    EXPECT_TRUE(extract_numbers("[1,2,3]", 2));
    EXPECT_FALSE(extract_numbers("[1,2,3,4]", 2));
    EXPECT_EQ(find_json_string(R"({"a":1,"b":2,"key":"x"})", "key", 2, 10), "x");
    EXPECT_EQ(find_json_string(R"({"a":1,"b":2,"c":3,"key":"x"})", "key", 2, 10), std::nullopt);
}

TEST(JsonValueEnd, IsAfterItsLastBracket) {
    EXPECT_EQ(json_value_end("{}{}"), 2U);
    EXPECT_EQ(json_value_end(R"({"a}":[{"b":"\"}"}]} x)"), 20U);
    EXPECT_EQ(json_value_end("[[]"), 3U);
    EXPECT_EQ(json_value_end(R"({"a)"), 3U);
}

}  // namespace
}  // namespace helpdesk
