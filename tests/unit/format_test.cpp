#include "format.h"

#include <gtest/gtest.h>

namespace helpdesk {
namespace {

TEST(Format, AnswersAreTheReferences) {
    EXPECT_EQ(write_answer(Format::xml, {{"added_customer", "demo"}}),
              "<?xml version=\"1.0\"?>\n<response>\n    <added_customer>demo</added_customer>\n</response>");
    EXPECT_EQ(write_answer(Format::json, {{"added_customer", "demo"}}),
              R"({"response":[{"added_customer":"demo"}]})");
    EXPECT_EQ(write_answer(Format::url, {{"added_customer", "demo"}}), "added_customer=demo");
}

TEST(Format, MarkupInValuesIsEscaped) {
    const std::string value = "<a> & \"b\" 'c' é😀\r\n";
    EXPECT_EQ(
        write_answer(Format::xml, {{"v", value}}),
        "<?xml version=\"1.0\"?>\n<response>\n    <v>&lt;a&gt; &amp; \"b\" 'c' é😀&#13;\n</v>\n</response>");
    EXPECT_EQ(write_answer(Format::json, {{"v", value}}), R"({"response":[{"v":"<a> & \"b\" 'c' é😀\r\n"}]})");
    EXPECT_EQ(write_answer(Format::url, {{"v", value}}),
              "v=%3Ca%3E%20%26%20%22b%22%20%27c%27%20%C3%A9%F0%9F%98%80%0D%0A");
}

TEST(Format, UrlEncodesOnlyWhereADelimiterStands) {
    EXPECT_EQ(write_answer(Format::url, {{"v", "a b é"}}), "v=a b é");
    for (const char* value : {"&", "=", "%", "+", "\r", "\n"})
        EXPECT_EQ(write_answer(Format::url, {{"v", value}}).substr(0, 3), "v=%") << value;
}

TEST(Format, ProblemsAreTheReferences) {
    const Problems problems = {{"unknown_company", "company", "no company is named \"Acme\""},
                               {code::missing_key, "", "none"}};
    EXPECT_EQ(write_problems(Format::xml, problems),
              "<?xml version=\"1.0\"?>\n<response>\n"
              "    <error code=\"unknown_company\">company: no company is named \"Acme\"</error>\n"
              "    <error code=\"missing_key\">none</error>\n</response>");
    EXPECT_EQ(write_problems(Format::json, problems),
              R"({"response":[{"error":"company: no company is named \"Acme\"","code":"unknown_company",)"
              R"("variable":"company"},{"error":"none","code":"missing_key","variable":""}]})");
    EXPECT_EQ(write_problems(Format::url, problems),
              "error=company: no company is named \"Acme\"&code=unknown_company&variable=company\n"
              "error=none&code=missing_key&variable=");
}

TEST(Format, AcceptHeader) {
    EXPECT_EQ(preferred_format("application/json"), Format::json);
    EXPECT_EQ(preferred_format("text/html, application/XML;q=0.9, */*"), Format::xml);
    EXPECT_EQ(preferred_format("text/xml;q=0.1, application/x-www-form-urlencoded;q=0.2"), Format::url);
    EXPECT_EQ(preferred_format("application/json;q=0"), std::nullopt);
    EXPECT_EQ(preferred_format("*/*"), std::nullopt);
    EXPECT_EQ(preferred_format(""), std::nullopt);
}

TEST(Format, Names) {
    EXPECT_EQ(parse_format("JSON"), Format::json);
    EXPECT_EQ(parse_format("html"), std::nullopt);
}

}  // namespace
}  // namespace helpdesk
