#include "request/redact.h"

#include <gtest/gtest.h>

#include "model/action.h"

namespace helpdesk {
namespace {

TEST(Redact, LinesWithoutSecretsStayAsTheyAre) {
    for (const std::string_view line :
         {"", "GET", "GET / HTTP/1.1", "GET /API/? HTTP/1.1", "GET /?&&=&a&b=&c=d=e&keys=x&akey=y HTTP/2.0",
          "GET /?key&pass HTTP/1.1", "\x16\x03\x01", "GET /key=x HTTP/1.1", "?", "&"})
        EXPECT_EQ(redact_request_line(line), line);
}

TEST(Redact, SecretsAreHidden) {
    EXPECT_EQ(redact_request_line("GET /API/?key=abc&cid=x&pass=p%20q=r HTTP/1.1"),
              "GET /API/?key=***&cid=x&pass=*** HTTP/1.1");
    EXPECT_EQ(redact_request_line("POST http://host/?cid=x&key=abc"), "POST http://host/?cid=x&key=***");
    EXPECT_EQ(redact_request_line("GET /?key=&key=b&key=c HTTP/1.0"),
              "GET /?key=***&key=***&key=*** HTTP/1.0");
}

TEST(Redact, HoweverTheNameIsWritten) {
    EXPECT_EQ(redact_request_line("GET /?KEY=a&%6b%65%79=b&P%41ss=c HTTP/1.1"),
              "GET /?KEY=***&%6b%65%79=***&P%41ss=*** HTTP/1.1");
}

TEST(Redact, TakesLinesThatNginxRefuses) {
    EXPECT_EQ(redact_request_line("GET /?key=a b c&cid=d e HTTP/1.1"), "GET /?key=***&cid=d e HTTP/1.1");
    EXPECT_EQ(redact_request_line("GET /?key=a HTTP/secret"), "GET /?key=***");
    EXPECT_EQ(redact_request_line("GET /?key=a HTTP/1.1 HTTP/1.1"), "GET /?key=*** HTTP/1.1");
    EXPECT_EQ(redact_request_line("GET /?pass=a\r\nHTTP/1.1"), "GET /?pass=***");
}

TEST(Redact, KnowsTheSecretsOfTheTables) {
    for (const Action& action : actions())
        for (const Variable& variable : action.resource.variables) {
            const std::string line = "GET /?" + std::string(variable.name) + "=value HTTP/1.1";
            EXPECT_EQ(redact_request_line(line) != line, variable.secret) << line;
        }
}

}  // namespace
}  // namespace helpdesk
