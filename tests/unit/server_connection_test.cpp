#include "db/session/server_connection.h"

#include <gtest/gtest.h>

namespace helpdesk::db {
namespace {

using namespace std::chrono_literals;

TEST(ALookAtAServer, IsDueAfterARest) {
    EXPECT_TRUE(look_is_due(100ms, 100ms));
    EXPECT_FALSE(look_is_due(99ms, 100ms)) << "it was used meanwhile";
    EXPECT_FALSE(look_is_due(100ms, 99ms)) << "it was looked at meanwhile";
    EXPECT_FALSE(look_is_due(24h, 0s)) << "it is new";
}

// A connection that is never at rest would otherwise not notice that its server was demoted.
TEST(ALookAtAServer, IsDueAfterASecondOfUninterruptedUse) {
    EXPECT_FALSE(look_is_due(0s, 999ms));
    EXPECT_TRUE(look_is_due(0s, 1s));
}

}  // namespace
}  // namespace helpdesk::db
