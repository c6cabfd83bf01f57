#include "answer/format.h"

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

std::string list(Format format, const std::vector<FieldList>& records) {
    const auto writer = make_list_writer(format, "things", "thing");
    for (const FieldList& record : records)
        writer->record(record);
    std::string text;
    for (const std::string& piece : writer->finish())
        text += piece;
    return text;
}

TEST(Format, Lists) {
    const std::vector<FieldList> records = {{{"id", "1"}, {"name", "a&b"}}, {{"id", "2"}, {"name", ""}}};
    EXPECT_EQ(list(Format::xml, records),
              "<?xml version=\"1.0\"?>\n<things>\n"
              "    <thing>\n        <id>1</id>\n        <name>a&amp;b</name>\n    </thing>\n"
              "    <thing>\n        <id>2</id>\n        <name></name>\n    </thing>\n</things>");
    EXPECT_EQ(list(Format::json, records), R"({"things":[{"id":"1","name":"a&b"},{"id":"2","name":""}]})");
    EXPECT_EQ(list(Format::url, records), "id=1&name=a%26b\nid=2&name=");
}

TEST(Format, EmptyLists) {
    EXPECT_EQ(list(Format::xml, {}), "<?xml version=\"1.0\"?>\n<things/>");
    EXPECT_EQ(list(Format::json, {}), R"({"things":[]})");
    EXPECT_EQ(list(Format::url, {}), "");
}

// Longer than the pieces in which the text is kept.
TEST(Format, LongLists) {
    const std::string value(100'000, 'x');
    std::string json = "{\"things\":[";
    std::string url;
    std::string xml = "<?xml version=\"1.0\"?>\n<things>\n";
    std::vector<FieldList> records;
    for (int i = 0; i < 20; ++i) {
        records.push_back({{"v", value}});
        json += (i == 0 ? "{\"v\":\"" : ",{\"v\":\"") + value + "\"}";
        url += (i == 0 ? "v=" : "\nv=") + value;
        xml += "    <thing>\n        <v>" + value + "</v>\n    </thing>\n";
    }
    EXPECT_EQ(list(Format::json, records), json + "]}");
    EXPECT_EQ(list(Format::url, records), url);
    EXPECT_EQ(list(Format::xml, records), xml + "</things>");
}

std::string join(const TextPieces& pieces) {
    std::string text;
    for (const std::string& piece : pieces)
        text += piece;
    return text;
}

// Taken after each step, the parts are the text of the whole.
TEST(Format, ListsInParts) {
    const std::vector<FieldList> records = {{{"id", "1"}, {"name", "a&\"b\"\r\n"}, {"end", "x"}},
                                            {{"id", "2"}, {"name", "<é=😀>&"}, {"end", ""}}};
    for (const Format format : {Format::xml, Format::json, Format::url}) {
        const auto writer = make_list_writer(format, "things", "thing");
        std::string text;
        for (const FieldList& record : records) {
            writer->begin_record();
            writer->field(record[0]);
            writer->begin_value(record[1].name);
            text += join(writer->take());
            writer->piece(record[1].value.substr(0, 1));
            text += join(writer->take());
            writer->piece(record[1].value.substr(1));
            writer->end_value();
            writer->field(record[2]);
            writer->end_record();
            text += join(writer->take());
        }
        EXPECT_EQ(text + join(writer->finish()), list(format, records));
    }
}

TEST(Format, ReadsThirtyTwoRangesOfAnAcceptHeader) {
    std::string ranges;
    for (int i = 1; i < 32; ++i)
        ranges += "text/x" + std::to_string(i) + ",";
    EXPECT_EQ(preferred_format(ranges + "application/json"), Format::json);
    EXPECT_EQ(preferred_format(ranges + "text/x32,application/json"), std::nullopt);
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
