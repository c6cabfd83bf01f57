#include "answer/problem.h"

#include <gtest/gtest.h>

namespace helpdesk {
namespace {

TEST(Problem, Statuses) {
    EXPECT_EQ(http_status("unknown_company"), 400);
    EXPECT_EQ(http_status(code::missing_key), 401);
    EXPECT_EQ(http_status(code::wrong_key), 401);
    EXPECT_EQ(http_status(code::not_found), 404);
    EXPECT_EQ(http_status(code::already_exists), 409);
    EXPECT_EQ(http_status(code::outcome_unknown), 503);
    EXPECT_EQ(http_status(code::database_timeout), 504);
}

TEST(Problem, BadInputWins) {
    EXPECT_EQ(http_status({{code::already_exists, "cid", ""}, {"unknown_company", "company", ""}}), 400);
    EXPECT_EQ(http_status({{code::already_exists, "cid", ""}}), 409);
}

TEST(Problem, TheFirstOfManyAreToldAndHowManyMoreThereAre) {
    const Problems three(3, {code::required, "cid", "is required"});
    EXPECT_EQ(first_of(three, 3).size(), 3U);
    EXPECT_EQ(first_of(three, 3).back().code, code::required);
    EXPECT_EQ(first_of(three, 2).size(), 3U);
    EXPECT_EQ(first_of(three, 2).back().text, "and 1 more problems");
}

TEST(Problem, StandsForEveryStatus) {
    EXPECT_EQ(problem_of_status(413).code, code::payload_too_large);
    EXPECT_EQ(problem_of_status(503).code, code::overloaded);
    EXPECT_EQ(problem_of_status(418).code, code::bad_request);
    EXPECT_EQ(problem_of_status(502).code, code::internal_error);
    for (int status = 400; status < 600; ++status)
        EXPECT_FALSE(problem_of_status(status).text.empty()) << status;
}

}  // namespace
}  // namespace helpdesk
