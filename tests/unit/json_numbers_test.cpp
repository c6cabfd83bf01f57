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

TEST(JsonList, OfTheOutermostObjectIsFound) {
    const auto list = [](std::string_view json) { return find_json_list(json, "list"); };
    EXPECT_EQ(list(R"({"a":["list"],"List" : [1,{"b":"]"},[2]],"c":[3]})"), R"([1,{"b":"]"},[2]])");
    EXPECT_EQ(list(R"({"l\u0069st":[1]})"), "[1]");
    EXPECT_EQ(list(R"({"list":[1,"]})"), R"([1,"]})");
    for (const char* json :
         {"", "{", "[]", R"({"list")", R"({"list":)", R"({"list":{"list":[1]}})", R"({"a":{"list":[1]}})",
          R"(["list",[1]])", R"({"a":"list","b":[1]})", R"({"list":"[1]"})"})
        EXPECT_EQ(list(json), "") << json;
}

TEST(JsonList, BeginsWithAString) {
    EXPECT_EQ(first_json_string(R"([ "a\u0062" ,"c"])", 100), "ab");
    EXPECT_EQ(first_json_string(R"(["abc"])", 5), "abc");
    for (const char* list : {"", "[", "[]", "[1]", R"([{"a":"b"}])", R"([["a"]])", R"(["abcd"])", R"(["a)"})
        EXPECT_EQ(first_json_string(list, 5), std::nullopt) << list;
}

}  // namespace
}  // namespace helpdesk
