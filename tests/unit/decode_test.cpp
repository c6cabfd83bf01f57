#include "request/decode.h"

#include <gtest/gtest.h>

namespace helpdesk {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs(const Variables& variables) {
    Pairs result;
    for (const auto& variable : variables.all())
        result.emplace_back(variable.name, variable.value);
    return result;
}

Pairs codes(const Variables& variables) {
    Pairs result;
    for (const Problem& problem : variables.problems())
        result.emplace_back(problem.variable, problem.code);
    return result;
}

Variables form(std::string_view text) {
    Variables variables;
    decode_form(text, variables);
    return variables;
}

Variables json(std::string_view text) {
    Variables variables;
    decode_json(text, variables);
    return variables;
}

Variables multipart(std::string_view body, std::string_view type = "multipart/form-data; boundary=XX") {
    Variables variables;
    decode_multipart(body, type, variables);
    return variables;
}

TEST(Form, NamesFoldValuesDoNot) {
    EXPECT_EQ(pairs(form("CID=Ab+c&Notes=%C3%A9&empty=&bare&&")),
              (Pairs{{"cid", "Ab c"}, {"notes", "é"}, {"empty", ""}, {"bare", ""}}));
}

TEST(Form, AnEqualsSignBelongsToTheValue) {
    EXPECT_EQ(pairs(form("a=b=c")), (Pairs{{"a", "b=c"}}));
}

TEST(Form, TwiceIsAProblemWhateverTheCase) {
    EXPECT_EQ(codes(form("cid=1&CID=1")), (Pairs{{"cid", "duplicate_variable"}}));
}

TEST(Form, BadBytesNameTheirVariable) {
    EXPECT_EQ(codes(form("a=%FF&b=%00&c=%1B&d=%EF%BF%BF&e=%zz&f=%0D%0A%09")),
              (Pairs{{"a", "invalid_encoding"},
                     {"b", "invalid_characters"},
                     {"c", "invalid_characters"},
                     {"d", "invalid_characters"},
                     {"e", "invalid_encoding"}}));
}

TEST(Form, AThousandVariablesAreEnough) {
    std::string text;
    for (int i = 0; i < 10000; ++i)
        text += "v" + std::to_string(i) + "=1&";
    const Variables variables = form(text);
    EXPECT_EQ(variables.all().size(), max_variables);
    EXPECT_EQ(codes(variables), (Pairs{{"", "too_many_variables"}}));
}

TEST(Form, TheLastVariableThatFits) {
    std::string text;
    for (std::size_t i = 0; i < max_variables; ++i)
        text += "v" + std::to_string(i) + "=1&";
    EXPECT_EQ(form(text).all().size(), max_variables);
    EXPECT_TRUE(form(text).complete() && form(text).problems().empty());
    EXPECT_FALSE(form(text + "one_more=1").complete());
}

TEST(Json, FlatObject) {
    EXPECT_EQ(pairs(json(R"({"CID":"é","a":12,"b":71.234566789,"c":true,"d":false,"e":null})")),
              (Pairs{{"cid", "é"}, {"a", "12"}, {"b", "71.234566789"}, {"c", "Y"}, {"d", "N"}, {"e", ""}}));
}

TEST(Json, NumbersStayAsTheyAreWritten) {
    EXPECT_EQ(pairs(json(
                  R"({"a":9223372036854775807, "b":9223372036854775808, "c" : -99999999999999999999,"d":19.10,
                             "e":1e3,"f":71.1234567891234567,"g":-0,"h":1E-400,"i":1e400,"j":"1.50","k\"":0})")),
              (Pairs{{"a", "9223372036854775807"},
                     {"b", "9223372036854775808"},
                     {"c", "-99999999999999999999"},
                     {"d", "19.10"},
                     {"e", "1e3"},
                     {"f", "71.1234567891234567"},
                     {"g", "-0"},
                     {"h", "1E-400"},
                     {"i", "1e400"},
                     {"j", "1.50"},
                     {"k\"", "0"}}));
}

TEST(Json, NumbersInListsAreNobodysValue) {
    const Variables variables = json(R"({"x":[1,{"y":2}],"a":3,"z":{"b":4},"c":5})");
    EXPECT_EQ(codes(variables), (Pairs{{"x", "malformed_body"}, {"z", "malformed_body"}}));
    EXPECT_EQ(pairs(variables), (Pairs{{"a", "3"}, {"c", "5"}}));
    EXPECT_EQ(codes(json(R"({"x":[99999999999999999999]})")), (Pairs{{"x", "malformed_body"}}));
}

TEST(Json, WhatIsNoNumberIsMalformed) {
    for (const char* number :
         {"01",  "-",   "+1",    "1.",    ".5",      "1e",  "1e+",      "0x10", "1 2", "--1",
          "1-2", "-01", "1.5.3", "1e5e5", "1e5true", "NaN", "Infinity", "1,2",  "00",  "1_000"})
        EXPECT_EQ(codes(json("{\"a\":" + std::string(number) + "}")), (Pairs{{"", "malformed_body"}}))
            << number;
    for (const char* text : {"{1:2}", "{\"a\":1,2:3}", "{\"a\" 1}", "{1}", "1", "-1.5"})
        EXPECT_EQ(codes(json(text)), (Pairs{{"", "malformed_body"}})) << text;
}

TEST(Json, ABrokenOneIsToldWhereItIs) {
    const Variables variables = json("{\"a\":1234567890,\n\"b\":12345 x}");
    EXPECT_EQ(variables.problems().front().text, "the body is not valid JSON (line 2, column 11)");
}

TEST(Json, AByteOrderMarkIsNoPartOfTheBody) {
    Variables variables;
    decode_body(BodyType::json, "\xEF\xBB\xBF{\"a\":1}", "application/json", variables);
    EXPECT_EQ(pairs(variables), (Pairs{{"a", "1"}}));
}

TEST(Json, NestingNamesItsVariable) {
    EXPECT_EQ(codes(json(R"({"contracts":[1,2],"x":{}})")),
              (Pairs{{"contracts", "malformed_body"}, {"x", "malformed_body"}}));
}

TEST(Json, WhatIsNoObjectIsMalformed) {
    for (const char* text : {"[]", "1", "{", "", "{\"a\":1}x", "{\"a\":\"\xff\"}"})
        EXPECT_EQ(codes(json(text)), (Pairs{{"", "malformed_body"}})) << text;
}

TEST(Json, TwiceIsAProblem) {
    EXPECT_EQ(codes(json(R"({"cid":"1","cid":"2"})")), (Pairs{{"cid", "duplicate_variable"}}));
    EXPECT_EQ(codes(json(R"({"cid":"1","CID":"2"})")), (Pairs{{"cid", "duplicate_variable"}}));
}

TEST(Json, NulIsAProblemOfItsVariable) {
    EXPECT_EQ(codes(json(R"({"cid":"a\u0000b"})")), (Pairs{{"cid", "invalid_characters"}}));
}

TEST(Multipart, TextFields) {
    EXPECT_EQ(pairs(multipart("--XX\r\nContent-Disposition: form-data; name=\"CID\"\r\n\r\na\r\nb\r\n"
                              "--XX\r\ncontent-disposition: form-data; name=notes\r\nContent-Type: "
                              "text/plain\r\n\r\n\r\n--XX--\r\n")),
              (Pairs{{"cid", "a\r\nb"}, {"notes", ""}}));
}

TEST(Multipart, QuotedNamesAndBoundaries) {
    EXPECT_EQ(
        pairs(multipart(
            "preamble\r\n--a b\r\nContent-Disposition: form-data; name=\"filename\\\"\"\r\n\r\nx\r\n--a b--",
            "multipart/form-data; boundary=\"a b\"")),
        (Pairs{{"filename\"", "x"}}));
}

TEST(Multipart, AFileIsRefused) {
    EXPECT_EQ(codes(multipart(
                  "--XX\r\nContent-Disposition: form-data; name=\"cid\"; filename=\"\"\r\n\r\nx\r\n--XX--")),
              (Pairs{{"cid", "malformed_body"}}));
    EXPECT_EQ(codes(multipart(
                  "--XX\r\nContent-Disposition: form-data; name=cid; filename*=UTF-8''a\r\n\r\nx\r\n--XX--")),
              (Pairs{{"cid", "malformed_body"}}));
}

std::string part_of(const std::string& headers) {
    return "--XX\r\nContent-Disposition: form-data; name=\"Notes\"" + headers +
           "\r\n\r\nR3LDtsOfZQ==\r\n--XX--";
}

TEST(Multipart, WhatWouldBeStoredRawIsRefused) {
    for (const char* headers : {"\r\nContent-Transfer-Encoding: base64",
                                "\r\ncontent-transfer-encoding:Quoted-Printable",
                                "\r\nContent-Transfer-Encoding:",
                                "\r\nContent-Transfer-Encoding:\r\n base64",
                                "\r\nContent-Transfer-Encoding : base64",
                                "\r\nContent-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: base64",
                                "\r\nContent-Type: text/plain; charset=iso-8859-1",
                                "\r\nContent-Type: text/plain; charset=\"utf-16\"",
                                "\r\nContent-Type: text/plain; charset=",
                                "\r\nContent-Type: text/plain;\r\n charset=iso-8859-1",
                                "\r\nContent-Type: multipart/mixed; boundary=YY",
                                "\r\nContent-Encoding: gzip",
                                "\r\ncontent-encoding:",
                                "\r\nContent-Encoding: identity\r\nContent-Encoding: br",
                                "\r\nContent-Type: text/plain; charset*=iso-8859-1''x",
                                "\r\nContent-Type: text/plain; Charset*=utf-8''utf-8",
                                "\r\nContent-Type: text/plain; charset*0=iso-",
                                "\r\nContent-Type: text/plain; charset*0*=''iso-",
                                "\nContent-Transfer-Encoding: base64",
                                "\rContent-Transfer-Encoding: base64",
                                "; x=y\nContent-Transfer-Encoding: base64",
                                "\r\nContent-Type: text/plain\nContent-Transfer-Encoding: base64"})
        EXPECT_EQ(codes(multipart(part_of(headers))), (Pairs{{"notes", "malformed_body"}})) << headers;
}

TEST(Multipart, ANameWithoutQuotesEndsWithItsLine) {
    EXPECT_EQ(
        codes(multipart("--XX\r\nContent-Disposition: form-data; name=Notes\nContent-Transfer-Encoding: "
                        "base64\r\n\r\nx\r\n--XX--")),
        (Pairs{{"notes", "malformed_body"}}));
}

TEST(Multipart, WhatComesAsItIsIsTaken) {
    for (const char* headers :
         {"", "\r\nContent-Encoding: Identity", "\r\nContent-Transfer-Encoding: 7bit",
          "\r\nContent-Transfer-Encoding: BINARY",
          "\r\nContent-Transfer-Encoding: 8bit\r\nContent-Type: text/plain; charset=UTF-8",
          "\r\nContent-Type: text/plain;charset=utf8",
          "\r\nContent-Type: application/json; charset=us-ascii"})
        EXPECT_EQ(pairs(multipart(part_of(headers))), (Pairs{{"notes", "R3LDtsOfZQ=="}})) << headers;
}

TEST(Multipart, NothingIsChosenFrom) {
    EXPECT_EQ(codes(multipart(part_of("; name=\"pass\""))), (Pairs{{"", "malformed_body"}}));
    EXPECT_EQ(codes(multipart(part_of("\r\nContent-Disposition: form-data; name=pass"))),
              (Pairs{{"", "malformed_body"}}));
    EXPECT_EQ(codes(multipart(part_of("; filename=a\r\nContent-Disposition: form-data"))),
              (Pairs{{"notes", "malformed_body"}}));
    EXPECT_EQ(codes(multipart(part_of(""), "multipart/form-data; boundary=XX; boundary=YY")),
              (Pairs{{"", "malformed_body"}}));
}

TEST(Charset, AFormThatNamesAnotherIsRefused) {
    EXPECT_EQ(codes(form("_charset_=ISO-8859-1&city=a")), (Pairs{{"_charset_", "invalid_encoding"}}));
    EXPECT_EQ(codes(form("_charset_=")), (Pairs{{"_charset_", "invalid_encoding"}}));
    EXPECT_EQ(codes(form("_Charset_=UTF-8&city=a")), Pairs());
    EXPECT_EQ(codes(multipart(
                  "--XX\r\nContent-Disposition: form-data; name=_charset_\r\n\r\nwindows-1252\r\n--XX--")),
              (Pairs{{"_charset_", "invalid_encoding"}}));
}

TEST(Multipart, ABoundaryHasSeventyCharactersAtMost) {
    for (const auto& [length, expected] : {std::pair(70, Pairs()), {71, {{"", "malformed_body"}}}}) {
        const std::string boundary(static_cast<std::size_t>(length), 'b');
        const std::string line = "--" + boundary;
        std::string body = line;
        body.append("\r\nContent-Disposition: form-data; name=cid\r\n\r\nx\r\n").append(line).append("--");
        EXPECT_EQ(codes(multipart(body, "multipart/form-data; boundary=" + boundary)), expected) << length;
    }
}

TEST(Multipart, APartHasEightKilobytesOfHeadersAtMost) {
    const auto part_with = [](std::size_t size) {
        const std::string named = "Content-Disposition: form-data; name=cid\r\nX: ";
        return "--XX\r\n" + named + std::string(size - named.size(), 'x') + "\r\n\r\na\r\n--XX--";
    };
    EXPECT_EQ(pairs(multipart(part_with(8192))), (Pairs{{"cid", "a"}}));
    const Variables longer = multipart(part_with(8193));
    ASSERT_EQ(longer.problems().size(), 1U);
    EXPECT_EQ(message(longer.problems().front()),
              "the headers of a part of the multipart body are longer than 8 KB");
    EXPECT_FALSE(longer.complete());
    // Headers that never end are too long as well.
    EXPECT_EQ(message(multipart("--XX\r\n" + std::string(8193, 'x')).problems().front()),
              "the headers of a part of the multipart body are longer than 8 KB");
}

TEST(Multipart, WhatIsCutOffIsMalformed) {
    for (const char* body :
         {"", "--XX", "--XX\r\n", "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
          "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--XX",
          "--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--", "no boundary at all"})
        EXPECT_EQ(codes(multipart(body)), (Pairs{{"", "malformed_body"}})) << body;
    EXPECT_EQ(codes(multipart("--XX--", "multipart/form-data")), (Pairs{{"", "malformed_body"}}));
}

TEST(BodyType, ByContentType) {
    EXPECT_EQ(body_type("application/x-www-form-urlencoded"), BodyType::form);
    EXPECT_EQ(body_type("Application/JSON; Charset=\"UTF-8\""), BodyType::json);
    for (const char* charset : {"utf8", "UTF8", "\"Utf-8\"", "\"utf8\"", "us-ascii"})
        EXPECT_EQ(body_type("application/json;charset=" + std::string(charset)), BodyType::json) << charset;
    for (const char* charset : {"", "latin1", "utf-16", "utf8; charset=latin1", "utf8; charset*=''latin1"})
        EXPECT_EQ(body_type("application/x-www-form-urlencoded; charset=" + std::string(charset)),
                  BodyType::unsupported)
            << charset;
    EXPECT_EQ(body_type("multipart/form-data; boundary=x"), BodyType::multipart);
    EXPECT_EQ(body_type("text/plain"), BodyType::unsupported);
    EXPECT_EQ(body_type("application/json; charset=iso-8859-1"), BodyType::unsupported);
    EXPECT_EQ(body_type(""), BodyType::unsupported);
}

TEST(PrintableName, IsPlainAndShort) {
    EXPECT_EQ(printable_name("a\r\nb,c"), "a%0D%0Ab%2Cc");
    EXPECT_EQ(printable_name(std::string(100, 'a')).size(), 64U);
}

}  // namespace
}  // namespace helpdesk
