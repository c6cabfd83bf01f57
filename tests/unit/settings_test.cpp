#include "db/session/settings.h"

#include <gtest/gtest.h>

namespace helpdesk::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(Settings, AreSetInOneStatement) {
    const SessionSql sql = session_sql(seconds(2), milliseconds(9000));
    EXPECT_EQ(sql.set.rfind("SET SESSION character_set_client = 'utf8mb4', SESSION ", 0), 0U) << sql.set;
    EXPECT_TRUE(holds(sql.set, ", SESSION innodb_lock_wait_timeout = 2,")) << sql.set;
    EXPECT_FALSE(holds(sql.set, ";"));
}

TEST(Settings, OfOneServerAreACommentForTheOther) {
    const SessionSql sql = session_sql(seconds(2), milliseconds(9100));
    EXPECT_TRUE(holds(sql.set, "/*M! , SESSION max_statement_time = 9100e-3 */")) << sql.set;
    EXPECT_TRUE(holds(sql.set, "/*!80000 , SESSION max_execution_time = 9100 */")) << sql.set;
}

TEST(Settings, AreReadBack) {
    const SessionSql sql = session_sql(seconds(2), milliseconds(9000));
    EXPECT_TRUE(holds(sql.differences,
                      ", IF(@@SESSION.time_zone <=> '+00:00', NULL, CONCAT('time_zone = ', "
                      "IFNULL(@@SESSION.time_zone, 'NULL'), ' instead of +00:00'))"))
        << sql.differences;
}

TEST(Settings, ThatDoNotShowTheirValueAreCheckedInAnotherWay) {
    const SessionSql sql = session_sql(seconds(2), milliseconds(9000));
    EXPECT_TRUE(holds(sql.set, ", SESSION insert_id = DEFAULT */")) << sql.set;
    EXPECT_TRUE(holds(sql.differences,
                      "/*M! , IF(@@SESSION.insert_id=0, NULL, CONCAT('insert_id = ', "
                      "IFNULL(@@SESSION.insert_id, 'NULL'), ' instead of DEFAULT'))"))
        << sql.differences;
}

TEST(Settings, OfMigrationsAndPlaceholdersStayInTheList) {
    const SessionSql sql = session_sql(seconds(2), milliseconds(9000));
    for (const std::string& text : {sql.set, sql.differences}) {
        EXPECT_FALSE(holds(text, "{")) << text;
        EXPECT_FALSE(holds(text, "max_statement_time = 0")) << text;
    }
}

}  // namespace
}  // namespace helpdesk::db
