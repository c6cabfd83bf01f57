// The fake itself: what it lets pass, and how it shows what it does not.
#include "db/fake_connection.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace helpdesk::db {
namespace {

TEST(FakeConnection, ShowsWhereAStatementDiffers) {
    EXPECT_EQ(difference({.sql = "SELECT id FROM a", .parameters = {"x", 1U, nullptr}},
                         {.sql = "SELECT id, b FROM a", .parameters = {"x", 2U, nullptr}}),
              "  expected: SELECT id FROM a\n"
              "      came: SELECT id, b FROM a\n"
              "                     ^\n"
              "  expected: [\"x\", 1, NULL]\n"
              "      came: [\"x\", 2, NULL]\n"
              "                  ^\n");
}

TEST(FakeConnection, ShowsThePartThatIsTheSameWithoutAMark) {
    EXPECT_EQ(difference({.sql = "COMMIT", .parameters = {}}, {.sql = "COMMIT", .parameters = {"x"}}),
              "  expected: COMMIT\n"
              "      came: COMMIT\n"
              "  expected: []\n"
              "      came: [\"x\"]\n"
              "             ^\n");
}

TEST(FakeConnection, EndsTheTestAtAnotherStatement) {
    FakeConnection connection;
    connection.expect("BEGIN");
    connection.expect("COMMIT");
    connection.begin();
    EXPECT_NONFATAL_FAILURE(EXPECT_THROW(connection.rollback(), std::logic_error), "statement 2 is another");
    EXPECT_NONFATAL_FAILURE(EXPECT_THROW(connection.commit(), std::logic_error),
                            "statement 3 is one too many");
}

TEST(FakeConnection, MissesAStatementThatNeverCame) {
    auto connection = std::make_unique<FakeConnection>();
    connection->expect("COMMIT");
    EXPECT_NONFATAL_FAILURE(connection.reset(), "a statement never came:\n  COMMIT");
}

TEST(FakeConnection, MissesTheEndOfATransaction) {
    auto connection = std::make_unique<FakeConnection>();
    connection->expect("BEGIN");
    connection->begin();
    EXPECT_NONFATAL_FAILURE(connection.reset(), "still open");
}

TEST(FakeConnection, GivesRows) {
    FakeConnection connection;
    connection.expect("SELECT 1").row({"a", 7U, nullptr}).row({"8", 9U, nullptr});
    const auto rows = connection.query("SELECT 1", {});
    ASSERT_TRUE(rows->next());
    EXPECT_EQ(rows->text(1), "a");
    EXPECT_EQ(rows->number(2), 7U);
    EXPECT_EQ(rows->text(2), "7");
    EXPECT_TRUE(rows->is_null(3));
    EXPECT_EQ(rows->number(3), 0U);
    ASSERT_TRUE(rows->next());
    EXPECT_EQ(rows->number(1), 8U);
    EXPECT_FALSE(rows->next());
}

}  // namespace
}  // namespace helpdesk::db
