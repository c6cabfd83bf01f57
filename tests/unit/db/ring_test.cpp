// References of a resource to itself that may not lead back to the record.
#include "db/statements/ring_sql.h"

#include "db/db_test.h"

namespace helpdesk::db {
namespace {

class Ring : public DbTest {
  protected:
    const std::string boss_ = "COALESCE((SELECT id FROM `technicians` WHERE `uid` = ?))";
    const std::string question_ =
        "SELECT 0, record.id, record.`uid`, " + boss_ + ", (WITH RECURSIVE chain (id, steps) AS (SELECT " +
        boss_ +
        ", 0 UNION ALL SELECT (SELECT `supervisor_id` FROM `technicians` WHERE id = chain.id LOCK IN SHARE "
        "MODE), steps + 1 FROM chain WHERE chain.id IS NOT NULL AND steps < 500) SELECT MAX(CASE WHEN "
        "chain.id = record.id THEN 2 WHEN chain.id IS NOT NULL AND steps = 500 THEN 1 ELSE 0 END) FROM "
        "chain) FROM (SELECT 1) AS one LEFT JOIN `technicians` AS record ON record.`uid` = ? FOR UPDATE";

    // An update of ann, number 5, whose supervisor becomes bob, number 6.
    void expect_question(Chain chain) {
        connection.expect("BEGIN");
        connection.expect(question_, {"bob", "bob", "ann"})
            .row({0U, 5U, "ann", 6U, static_cast<std::uint64_t>(chain)});
    }
    WriteResult update() { return store("update_tech", "uid=ann&supervisor=bob"); }
    void expect_refusal(Chain chain, std::string_view text) {
        expect_question(chain);
        connection.expect("ROLLBACK");
        const WriteResult result = update();
        EXPECT_EQ(answer(result), "ring");
        EXPECT_EQ(result.problems.front().variable, "supervisor");
        EXPECT_EQ(result.problems.front().text, text);
    }
};

TEST_F(Ring, IsLookedForInATransactionThatLocksTheChain) {
    expect_question(Chain::ends);
    connection.expect(
        "UPDATE `technicians` SET version = version + 1, `supervisor_id` = COALESCE((SELECT id FROM (SELECT "
        "id FROM `technicians` WHERE id = ? LIMIT 1 LOCK IN SHARE MODE) AS named), 0), last_updated = "
        "SYSDATE() WHERE id IN (?)",
        {6U, 5U});
    connection.expect("COMMIT");
    EXPECT_EQ(answer(update()), "ann");
}

TEST_F(Ring, IsAProblem) {
    expect_refusal(Chain::is_ring, "leads back to the technician, directly or through others");
}

TEST_F(Ring, IsAProblemToWhatIsTooLongToKnow) {
    expect_refusal(Chain::is_long, "leads from one technician to the next more than 500 times");
}

TEST_F(Ring, CannotComeOfClearingTheReference) {
    connection
        .expect(
            "SELECT 0, record.id, record.`uid` FROM (SELECT 1) AS one LEFT JOIN `technicians` AS record "
            "ON record.`uid` = ?",
            {"ann"})
        .row({0U, 5U, "ann"});
    connection.expect(
        "UPDATE `technicians` SET version = version + 1, `supervisor_id` = ?, last_updated = SYSDATE() WHERE "
        "id IN (?)",
        {nullptr, 5U});
    EXPECT_EQ(answer(store("update_tech", "uid=ann&supervisor=")), "ann");
}

TEST_F(Ring, CannotComeOfAnAdd) {
    connection
        .expect("SELECT 0, record.id, record.`uid`, " + boss_ +
                    " FROM (SELECT 1) AS one LEFT JOIN `technicians` AS record ON record.`uid` = ?",
                {"ann", "ann"})
        .row({0U, nullptr, nullptr, nullptr});
    EXPECT_EQ(answer(store("add_tech", "uid=ann&supervisor=ann")), "unknown_tech");
}

}  // namespace
}  // namespace helpdesk::db
