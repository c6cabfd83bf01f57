#include "db/session/errors.h"

#include <gtest/gtest.h>

namespace helpdesk::db {
namespace {

sql::SQLException option_prevents(const std::string& option) {
    return {"(conn=7) The MariaDB server is running with the " + option +
                " option so it cannot execute this statement",
            "HY000", 1290};
}

TEST(AnOptionThatPreventsAStatement, IsARefusalIfItIsAReadOnlyOne) {
    for (const char* option : {"--read-only", "--super-read-only", "--innodb-read-only", "read_only"}) {
        EXPECT_EQ(classify(option_prevents(option)), Failure::refused) << option;
        EXPECT_NE(describe(option_prevents(option)).find("; the server is read-only: "), std::string::npos);
    }
}

TEST(AnOptionThatPreventsAStatement, IsNamedToTheOperatorOtherwise) {
    for (const char* option : {"--max-session-mem-used", "--secure-timestamp=YES", "--skip-grant-tables"}) {
        EXPECT_EQ(classify(option_prevents(option)), Failure::other) << option;
        EXPECT_NE(describe(option_prevents(option))
                      .find("; correct the option of the server that the message names"),
                  std::string::npos);
    }
}

TEST(ALostConnection, IsTheSameForTheNumberAndForTheError) {
    for (int number = 1000; number < 5000; ++number)
        EXPECT_EQ(is_lost(number), classify({"", "HY000", number}) == Failure::lost) << number;
}

TEST(ALostConnection, IsEachUnknownNumberOfTheClientLibrary) {
    for (const int number : {2000, 2006, 2013, 2999})
        EXPECT_TRUE(is_lost(number)) << number;
    for (const int number : {1999, 3000, 1205, 1213, 1062})
        EXPECT_FALSE(is_lost(number)) << number;
}

}  // namespace
}  // namespace helpdesk::db
