#include "request/headers.h"

#include <gtest/gtest.h>

#include "call/call.h"
#include "request/accept.h"

namespace helpdesk {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Request read(const Headers& headers) {
    Request request{.variables = {}, .api_key = {}, .authorization = {}, .accept = {}};
    read_headers(headers, request);
    return request;
}

Pairs texts(const Request& request) {
    Pairs result;
    for (const Problem& problem : request.header_problems)
        result.emplace_back(problem.variable, problem.text);
    return result;
}

TEST(Headers, AreReadInAnyCaseAndWithoutWhiteSpace) {
    const Request request = read({{"x-api-key", "k"},
                                  {"AUTHORIZATION", "Bearer b"},
                                  {"if-match", " \"1-1\"\t"},
                                  {"Idempotency-key", "i"}});
    EXPECT_EQ(request.api_key, "k");
    EXPECT_EQ(request.authorization, "Bearer b");
    EXPECT_EQ(request.if_match, "\"1-1\"");
    EXPECT_EQ(request.idempotency_key, "i");
    EXPECT_TRUE(request.header_problems.empty() && !request.hides_key);
}

TEST(Headers, WhatProtectsMustNotBeEmpty) {
    for (const char* name : {"If-Match", "Idempotency-Key"})
        for (const char* value : {"", " ", "\t"})
            EXPECT_EQ(texts(read({{name, value}})), (Pairs{{name, "must not be empty"}}));
    // An empty key is no key, which has an error of its own.
    for (const char* name : {"X-API-Key", "Authorization"})
        EXPECT_EQ(texts(read({{name, ""}})), (Pairs{}));
}

TEST(Headers, WhatMustComeOnceIsNotChosenFrom) {
    for (const char* name : {"If-Match", "Idempotency-Key", "X-API-Key", "Authorization"})
        for (const char* second : {"a", "b", ""})
            EXPECT_EQ(texts(read({{name, "a"}, {"x", "y"}, {name, second}})),
                      (Pairs{{name, "must come once"}}));
    const Request request = read({{"X-API-Key", "a"}, {"X-API-Key", "a"}});
    EXPECT_TRUE(request.api_key.empty());
    EXPECT_TRUE(request.hides_key);
    EXPECT_FALSE(read({{"If-Match", "*"}, {"If-Match", "*"}}).hides_key);
}

TEST(Headers, AcceptIsOneList) {
    EXPECT_EQ(read({{"Accept", "text/html"}, {"accept", "application/json"}}).accept,
              "text/html, application/json");
}

TEST(Headers, OtherConditionsAreSeen) {
    EXPECT_EQ(read({{"if-none-match", "*"}}).other_condition, "If-None-Match");
    EXPECT_EQ(read({{"If-Unmodified-Since", ""}}).other_condition, "If-Unmodified-Since");
    EXPECT_EQ(read({{"If-Match", "*"}}).other_condition, "");
}

std::string refusal(const Headers& headers) {
    const BodyHead head = read_body_head(headers, false);
    EXPECT_EQ(head.type == BodyType::unsupported, !head.problem.text.empty());
    return message(head.problem);
}

TEST(BodyHead, NamesWhatIsNotSupported) {
    EXPECT_EQ(refusal({}), "Content-Type: is required with a body");
    EXPECT_EQ(refusal({{"Content-Type", ""}}), "Content-Type: the media type \"\" is not supported");
    EXPECT_EQ(refusal({{"Content-Type", "text/plain; charset=utf-8"}}),
              "Content-Type: the media type \"text/plain\" is not supported");
    EXPECT_EQ(refusal({{"Content-Type", "application/json; charset=ISO-8859-1"}}),
              "Content-Type: the charset \"ISO-8859-1\" is not supported; send UTF-8");
    EXPECT_EQ(refusal({{"Content-Type", "application/json"}, {"content-encoding", "gzip"}}),
              "Content-Encoding: the encoding \"gzip\" is not supported; send the body as it is");
    EXPECT_EQ(refusal({{"Content-Type", "a\"\xff"}}),
              "Content-Type: the media type \"a%22%FF\" is not supported");
}

TEST(BodyHead, NothingIsChosenFrom) {
    for (const char* second : {"application/json", "text/plain", ""})
        EXPECT_EQ(refusal({{"Content-Type", "application/json"}, {"Content-Type", second}}),
                  "Content-Type: must come once");
    EXPECT_EQ(refusal({{"Content-Type", "application/json; charset=utf-8; charset=latin1"}}),
              "Content-Type: the charset \"latin1\" is not supported; send UTF-8");
    for (const char* encoding : {"", "gzip", "identity, gzip"})
        EXPECT_NE(refusal({{"Content-Type", "application/json"},
                           {"Content-Encoding", "identity"},
                           {"Content-Encoding", encoding}}),
                  "");
}

TEST(BodyHead, WhatIsSupported) {
    EXPECT_EQ(read_body_head({}, true).type, BodyType::form);
    const BodyHead head = read_body_head(
        {{"content-type", "multipart/form-data; boundary=x"}, {"Content-Encoding", "Identity"}}, false);
    EXPECT_EQ(head.type, BodyType::multipart);
    EXPECT_EQ(head.content_type, "multipart/form-data; boundary=x");
}

}  // namespace
}  // namespace helpdesk
