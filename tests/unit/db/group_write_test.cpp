// Writes of several calls that share statements and a commit.
#include "db/customers.h"
#include "db/db_test.h"
#include "db/pages.h"
#include "db/session/errors.h"

namespace helpdesk::db {
namespace {

constexpr auto pair_update =
    "UPDATE `categories` SET `name` = CASE id WHEN ? THEN ? WHEN ? THEN ? END WHERE id IN (?, ?)";
constexpr auto single_update = "UPDATE `categories` SET `name` = ? WHERE id IN (?)";
constexpr auto pair_delete = "DELETE FROM `categories` WHERE id IN (?, ?)";
constexpr auto single_delete = "DELETE FROM `categories` WHERE id IN (?)";
constexpr auto name_lookup = "SELECT id, `name` FROM `categories` WHERE `name` IN (?, ?)";

// What the write at that place asks, `key` being the column that names its record.
std::string question(int place, const std::string& key = "`name`") {
    return "SELECT " + std::to_string(place) +
           ", record.id, record.`name` FROM (SELECT 1) AS one LEFT JOIN `categories` AS record ON record." +
           key + " = ?";
}
std::string two_questions(const std::string& key = "`name`") {
    return question(0, key) + " UNION ALL " + question(1, key);
}

class GroupOfUpdates : public DbTest {
  protected:
    const std::vector<std::string> by_name_ = {"name=a&new_name=A", "name=b&new_name=B"};
    const std::vector<std::string> by_number_ = {"id=1&new_name=A", "id=2&new_name=B"};

    // What becomes of them one by one, of which the first finds no record.
    void expect_each_alone(const std::string& key, const Row& keys) {
        connection.expect(question(0, key), {keys[0]}).row({0U, nullptr, nullptr});
        connection.expect(question(0, key), {keys[1]}).row({0U, 2U, "b"});
        connection.expect(single_update, {"B", 2U});
    }
};

TEST_F(GroupOfUpdates, ByNameFindsAllRecordsWithOneStatement) {
    connection.expect(name_lookup, {"a", "b"}).row({2U, "b"}).row({1U, "a"});
    connection.expect(pair_update, {1U, "A", 2U, "B", 1U, 2U}).finds(2);
    EXPECT_EQ(answers(store_grouped("update_category", by_name_)), (Codes{"1", "2"}));
}

TEST_F(GroupOfUpdates, ByNameInOtherLettersAsksForEach) {
    connection.expect(name_lookup, {"a", "b"}).row({1U, "a"}).row({2U, "B"});
    connection.expect(two_questions(), {"a", "b"}).row({0U, 1U, "a"}).row({1U, 2U, "B"});
    connection.expect(pair_update, {1U, "A", 2U, "B", 1U, 2U}).finds(2);
    EXPECT_EQ(answers(store_grouped("update_category", by_name_)), (Codes{"1", "2"}));
}

TEST_F(GroupOfUpdates, ByNumberIsOneStatement) {
    connection.expect(pair_update, {1U, "A", 2U, "B", 1U, 2U}).finds(2);
    EXPECT_EQ(answers(store_grouped("update_category", by_number_)), (Codes{"1", "2"}));
}

TEST_F(GroupOfUpdates, ByNumberTellsWhichRecordIsMissing) {
    connection.expect(pair_update, {1U, "A", 2U, "B", 1U, 2U}).finds(1);
    connection.expect(two_questions("id"), {1U, 2U}).row({0U, nullptr, nullptr}).row({1U, 2U, "b"});
    connection.expect(question(0, "id"), {2U}).row({0U, 2U, "b"});
    connection.expect(single_update, {"B", 2U});
    EXPECT_EQ(answers(store_grouped("update_category", by_number_)), (Codes{"not_found", "2"}));
}

TEST_F(GroupOfUpdates, ByNameAndByNumberShareNothing) {
    connection.expect(question(0, "id"), {2U}).row({0U, 2U, "b"});
    connection.expect(single_update, {"B", 2U});
    connection.expect(question(0), {"a"}).row({0U, 1U, "a"});
    connection.expect(single_update, {"A", 1U});
    EXPECT_EQ(answers(store_grouped("update_category", {"id=2&new_name=B", "name=a&new_name=A"})),
              (Codes{"2", "1"}));
}

TEST_F(GroupOfUpdates, OfOtherVariablesShareNothing) {
    const auto page_question =
        "SELECT 0, record.id, record.`name` FROM (SELECT 1) AS one LEFT JOIN `pages` AS record ON record.id "
        "= ?";
    connection.expect(page_question, {2U}).row({0U, 2U, "b"});
    connection.expect(
        "UPDATE `pages` SET version = version + 1, `body` = ?, last_updated = SYSDATE() WHERE id IN "
        "(?)",
        {"B", 2U});
    connection.expect(page_question, {1U}).row({0U, 1U, "a"});
    connection.expect(
        "UPDATE `pages` SET version = version + 1, `title` = ?, last_updated = SYSDATE() WHERE id "
        "IN (?)",
        {"T", 1U});
    EXPECT_EQ(answers(store_grouped(action_of(pages(), verbs::update), {"id=1&title=T", "id=2&body=B"})),
              (Codes{"1", "2"}));
}

TEST_F(GroupOfUpdates, HasNoneThatComparesItsRecordWithWhatWasReadOfIt) {
    Write write = checked(action_of(pages(), verbs::update), "id=1&title=T");
    EXPECT_TRUE(can_share(write));
    write.only_if = {{pages().find("body"), "x"}};
    EXPECT_FALSE(can_share(write));
}

TEST_F(GroupOfUpdates, OfOneRecordAreDoneOneAfterTheOther) {
    connection.expect(two_questions("id"), {1U, 1U}).row({0U, 1U, "a"}).row({1U, 1U, "a"});
    connection.expect(question(0, "id"), {1U}).row({0U, 1U, "a"});
    connection.expect(single_update, {"A", 1U});
    connection.expect(question(0, "id"), {1U}).row({0U, 1U, "A"});
    connection.expect(single_update, {"B", 1U});
    EXPECT_EQ(answers(store_grouped("update_category", {"id=1&new_name=A", "id=1&new_name=B"})),
              (Codes{"1", "1"}));
}

TEST_F(GroupOfUpdates, ThatMeetsAConflictSendsEachAlone) {
    for (const int error : {1213, 1205, 1062, 1406}) {
        connection.expect(name_lookup, {"a", "b"}).row({1U, "a"}).row({2U, "b"});
        connection.expect(pair_update, {1U, "A", 2U, "B", 1U, 2U}).fails(error);
        expect_each_alone("`name`", {"a", "b"});
        EXPECT_EQ(answers(store_grouped("update_category", by_name_)), (Codes{"not_found", "2"})) << error;
    }
}

TEST_F(GroupOfUpdates, ThatLosesItsConnectionLeavesAllInDoubt) {
    connection.expect(name_lookup, {"a", "b"}).row({1U, "a"}).row({2U, "b"});
    connection.expect(pair_update, {1U, "A", 2U, "B", 1U, 2U}).fails(2013);
    EXPECT_EQ(answers(store_grouped("update_category", by_name_)),
              (Codes{"outcome_unknown", "outcome_unknown"}));
}

TEST_F(GroupOfUpdates, WhoseStatementDidNotLeaveIsTriedAgain) {
    connection.expect(name_lookup, {"a", "b"}).row({1U, "a"}).row({2U, "b"});
    connection.expect(pair_update, {1U, "A", 2U, "B", 1U, 2U}).fails(gone_before_sending);
    connection.expect(pair_update, {1U, "A", 2U, "B", 1U, 2U}).finds(2);
    EXPECT_EQ(answers(store_grouped("update_category", by_name_)), (Codes{"1", "2"}));
}

TEST_F(GroupOfUpdates, WhoseQuestionIsRefusedSendsEachAlone) {
    connection.expect(name_lookup, {"a", "b"}).fails(packet_too_large);
    expect_each_alone("`name`", {"a", "b"});
    EXPECT_EQ(answers(store_grouped("update_category", by_name_)), (Codes{"not_found", "2"}));
}

TEST_F(GroupOfUpdates, WhoseQuestionFindsNoServerFailsAsAWhole) {
    connection.expect(name_lookup, {"a", "b"}).fails(2013);
    connection.expect(name_lookup, {"a", "b"}).fails(2013);
    EXPECT_EQ(answers(store_grouped("update_category", by_name_)),
              (Codes{"database_unavailable", "database_unavailable"}));
}

class GroupOfDeletes : public DbTest {
  protected:
    const std::vector<std::string> queries_ = {"name=a", "name=b"};

    void expect_delete(const Row& parameters) {
        connection.expect(two_questions(), {"a", "b"}).row({1U, 2U, "b"}).row({0U, 1U, "a"});
        connection.expect("BEGIN");
        connection.expect(pair_delete, parameters).finds(2);
    }
    void expect_each_alone() {
        connection.expect(question(0), {"a"}).row({0U, 1U, "a"});
        connection.expect(single_delete, {1U});
        connection.expect(question(0), {"b"}).row({0U, 2U, "b"});
        connection.expect(single_delete, {2U}).fails(1451);
    }
};

TEST_F(GroupOfDeletes, IsOneTransaction) {
    expect_delete({1U, 2U});
    connection.expect("COMMIT");
    EXPECT_EQ(answers(store_grouped("delete_category", queries_)), (Codes{"1", "2"}));
}

TEST_F(GroupOfDeletes, ThatMissesARecordDeletesNone) {
    connection.expect(two_questions(), {"a", "b"}).row({0U, 1U, "a"}).row({1U, 2U, "b"});
    connection.expect("BEGIN");
    connection.expect(pair_delete, {1U, 2U}).finds(1);
    connection.expect("ROLLBACK");
    expect_each_alone();
    EXPECT_EQ(answers(store_grouped("delete_category", queries_)), (Codes{"1", "in_use"}));
}

TEST_F(GroupOfDeletes, WithARecordInUseSendsEachAlone) {
    connection.expect(two_questions(), {"a", "b"}).row({0U, 1U, "a"}).row({1U, 2U, "b"});
    connection.expect("BEGIN");
    connection.expect(pair_delete, {1U, 2U}).fails(1451);
    expect_each_alone();
    EXPECT_EQ(answers(store_grouped("delete_category", queries_)), (Codes{"1", "in_use"}));
}

TEST_F(GroupOfDeletes, OfOneRecordDeletesItOnce) {
    connection.expect(two_questions(), {"a", "A"}).row({0U, 1U, "a"}).row({1U, 1U, "a"});
    connection.expect(question(0), {"a"}).row({0U, 1U, "a"});
    connection.expect(single_delete, {1U});
    connection.expect(question(0), {"A"}).row({0U, nullptr, nullptr});
    EXPECT_EQ(answers(store_grouped("delete_category", {"name=a", "name=A"})), (Codes{"1", "not_found"}));
}

TEST_F(GroupOfDeletes, WhoseCommitIsLostLeavesAllInDoubt) {
    expect_delete({1U, 2U});
    connection.expect("COMMIT").fails(2013);
    EXPECT_EQ(answers(store_grouped("delete_category", queries_)),
              (Codes{"outcome_unknown", "outcome_unknown"}));
}

class GroupOfUpserts : public DbTest {
  protected:
    // The update finds none of them.
    void expect_none() {
        std::string second = customer_question();
        second.replace(second.find('0'), 1, "1");
        connection.expect("SELECT id, `cid` FROM `customers` WHERE `cid` IN (?, ?)", {"a", "b"});
        connection.expect(customer_question() + " UNION ALL " + second, {"a", "b"})
            .row(no_customer())
            .row({1U, nullptr, nullptr, nullptr, nullptr});
    }
    static Row values() {
        Row values = customer_values("a", "A.");
        const Row second = customer_values("b", "B.");
        values.insert(values.end(), second.begin(), second.end());
        return values;
    }
    const std::vector<std::string> queries_ = {"cid=a&contact=A.", "cid=b&contact=B."};
};

TEST_F(GroupOfUpserts, AddsThoseThatAreMissingWithOneStatement) {
    expect_none();
    connection.expect(customer_insert(first_portal, 2), values());
    EXPECT_EQ(answers(store_grouped("upsert_customer", queries_)), (Codes{"a", "b"}));
}

TEST_F(GroupOfUpserts, ChangesWhatAnotherAddsInTheMeantime) {
    expect_none();
    connection.expect(customer_insert(first_portal, 2), values()).fails(1062);
    // Which of them is there, and the add of the other.
    const std::string portal = ", COALESCE((SELECT id FROM `portals` ORDER BY id LIMIT 1))";
    std::string second = customer_question(portal);
    second.replace(second.find('0'), 1, "1");
    connection.expect(customer_question(portal) + " UNION ALL " + second, {"a", "b"})
        .row(customer(5U, "a", {1U}))
        .row({1U, nullptr, nullptr, nullptr, nullptr, 1U});
    connection.expect(customer_insert(), customer_values("b", "B."));
    // The update of the one that is there.
    connection.expect(customer_question(), {"a"}).row(customer(5U, "a"));
    connection.expect(
        "UPDATE `customers` SET version = version + 1, `contact` = ?, last_updated = SYSDATE() WHERE "
        "id IN (?)",
        {"A.", 5U});
    EXPECT_EQ(answers(store_grouped("upsert_customer", queries_)), (Codes{"a", "b"}));
}

}  // namespace
}  // namespace helpdesk::db
