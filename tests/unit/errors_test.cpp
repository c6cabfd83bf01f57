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

}  // namespace
}  // namespace helpdesk::db
