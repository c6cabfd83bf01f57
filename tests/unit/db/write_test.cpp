// One add, update or delete on a connection of its own.
#include "db/db_test.h"
#include "db/pages.h"
#include "db/session/errors.h"
#include "db/statements/walk.h"

namespace helpdesk::db {
namespace {

constexpr auto category_question =
    "SELECT 0, record.id, record.`name` FROM (SELECT 1) AS one LEFT JOIN `categories` AS record ON "
    "record.`name` = ?";
constexpr auto category_insert = "INSERT INTO `categories` (`name`) VALUES (?)";
constexpr auto category_update = "UPDATE `categories` SET `name` = ? WHERE id IN (?)";
constexpr auto category_delete = "DELETE FROM `categories` WHERE id IN (?)";
constexpr auto page_question =
    "SELECT 0, record.id, record.`name` FROM (SELECT 1) AS one LEFT JOIN `pages` AS record ON "
    "record.`name` = ?";
const Row no_category = {0U, nullptr, nullptr};

using Add = DbTest;

TEST_F(Add, ThatRefersToNothingIsTheInsertAlone) {
    connection.expect(category_insert, {"Sales"});
    connection.expect("SELECT LAST_INSERT_ID()").row({7U});
    const WriteResult result = store("add_category", "name=Sales");
    EXPECT_EQ(answer(result), "7");
    EXPECT_TRUE(result.added);
}

TEST_F(Add, OfATakenNameIsRefusedByTheInsert) {
    connection.expect(category_insert, {"Sales"}).fails(1062);
    const WriteResult result = store("add_category", "name=Sales");
    EXPECT_EQ(answer(result), "already_exists");
    EXPECT_EQ(result.problems.front().variable, "name");
    EXPECT_EQ(result.problems.front().text, "the category \"Sales\" already exists");
}

TEST_F(Add, ToAWalkSetsTheTimeLast) {
    connection.expect(
        "INSERT INTO `pages` (`name`, `title`, `body`, last_updated) VALUES (?, ?, ?, SYSDATE())",
        {"a", "T", ""});
    connection.expect("SELECT LAST_INSERT_ID()").row({7U});
    EXPECT_EQ(answer(store(checked(action_of(pages(), verbs::add), "name=a&title=T"))), "7");
}

TEST_F(Add, ThatTakesLongSetsTheTimeAgain) {
    connection
        .expect("INSERT INTO `pages` (`name`, `title`, `body`, last_updated) VALUES (?, ?, ?, SYSDATE())",
                {"a", "", ""})
        .takes(std::chrono::duration_cast<std::chrono::milliseconds>(walk_margin) +
               std::chrono::milliseconds(1));
    connection.expect("SELECT LAST_INSERT_ID()").row({7U});
    connection.expect("UPDATE `pages` SET last_updated = SYSDATE() WHERE `name` IN (?)", {"a"});
    EXPECT_EQ(answer(store(checked(action_of(pages(), verbs::add), "name=a"))), "7");
}

TEST_F(Add, OfARecordWithoutANameHasNone) {
    connection.expect("INSERT INTO `entries` (`title`) VALUES (?)", {"T"});
    connection.expect("SELECT LAST_INSERT_ID()").row({7U});
    EXPECT_EQ(answer(store(checked(action_of(entries(), verbs::add), "title=T"))), "7");
}

using Update = DbTest;

TEST_F(Update, ByNameAsksForTheNumber) {
    connection.expect(category_question, {"old"}).row({0U, 5U, "Old"});
    connection.expect(category_update, {"New", 5U});
    const WriteResult result = store("update_category", "name=old&new_name=New");
    EXPECT_EQ(answer(result), "5");
    EXPECT_FALSE(result.added);
}

TEST_F(Update, ByNumberAsksForTheName) {
    connection
        .expect(
            "SELECT 0, record.id, record.`name` FROM (SELECT 1) AS one LEFT JOIN `categories` AS record "
            "ON record.id = ?",
            {5U})
        .row({0U, 5U, "Old"});
    connection.expect(category_update, {"New", 5U});
    EXPECT_EQ(answer(store("update_category", "id=5&new_name=New")), "5");
}

TEST_F(Update, CountsTheVersionAndSetsTheTimeLast) {
    connection
        .expect(
            "SELECT 0, record.id, record.`name` FROM (SELECT 1) AS one LEFT JOIN `pages` AS record ON "
            "record.`name` = ?",
            {"a"})
        .row({0U, 5U, "a"});
    connection.expect(
        "UPDATE `pages` SET version = version + 1, `title` = ?, `body` = ?, last_updated = "
        "SYSDATE() WHERE id IN (?)",
        {"T", "", 5U});
    EXPECT_EQ(answer(store(checked(action_of(pages(), verbs::update), "name=a&title=T&body="))), "5");
}

// A page whose title hangs on its body.
Write page_update(const StoredIf& condition) {
    Write write{.action = &action_of(pages(), verbs::update), .identifier = "a", .id = {}, .values = {}};
    Value title = Value::of(*pages().find("title"));
    title.text = "T";
    title.stored_if = std::make_shared<StoredIf>(condition);
    write.values.push_back(title);
    return write;
}

TEST_F(Update, StoresAValueIfTheRecordHasWhatItNeeds) {
    const Variable& body = *pages().find("body");
    connection.expect(page_question, {"a"}).row({0U, 5U, "a"});
    connection.expect(
        "UPDATE `pages` SET version = version + 1, `title` = CASE WHEN CAST(`body` AS BINARY) = CAST(? AS "
        "BINARY) THEN `title` WHEN CAST(`name` AS BINARY) = CAST(? AS BINARY) AND CAST(`body` AS BINARY) = "
        "CAST(? AS BINARY) THEN ? END, last_updated = SYSDATE() WHERE id IN (?)",
        {"new", "a", "old", "T", 5U});
    EXPECT_EQ(answer(store(page_update(
                  {.stays_with = {{&body, "new"}}, .needs = {{pages().name(), "a"}, {&body, "old"}}}))),
              "5");
}

TEST_F(Update, StoresAValueThatNeedsNothingUnlessTheStoredOneStays) {
    connection.expect(page_question, {"a"}).row({0U, 5U, "a"});
    connection.expect(
        "UPDATE `pages` SET version = version + 1, `title` = CASE WHEN CAST(`body` AS BINARY) = CAST(? AS "
        "BINARY) THEN `title` ELSE ? END, last_updated = SYSDATE() WHERE id IN (?)",
        {"new", "T", 5U});
    EXPECT_EQ(answer(store(page_update({.stays_with = {{pages().find("body"), "new"}}, .needs = {}}))), "5");
}

TEST_F(Update, OfARecordThatNoLongerHasWhatWasReadIsRefused) {
    Write write = checked(action_of(pages(), verbs::update), "name=a&title=T");
    write.only_if = {{pages().find("body"), "old"}};
    connection.expect(page_question, {"a"}).row({0U, 5U, "a"});
    connection
        .expect(
            "UPDATE `pages` SET version = version + 1, `title` = ?, last_updated = SYSDATE() WHERE id IN (?) "
            "AND CAST(`body` AS BINARY) = CAST(? AS BINARY)",
            {"T", 5U, "old"})
        .finds(0);
    const WriteResult result = store(write);
    EXPECT_EQ(answer(result), "overloaded");
    EXPECT_EQ(result.problems.front().text, "the page was changed in the meantime, try again");
}

TEST_F(Update, ThatTakesLongSetsTheTimeAgain) {
    connection
        .expect(
            "SELECT 0, record.id, record.`name` FROM (SELECT 1) AS one LEFT JOIN `pages` AS record ON "
            "record.`name` = ?",
            {"a"})
        .row({0U, 5U, "a"});
    connection
        .expect(
            "UPDATE `pages` SET version = version + 1, `title` = ?, last_updated = SYSDATE() WHERE id "
            "IN (?)",
            {"T", 5U})
        .takes(std::chrono::duration_cast<std::chrono::milliseconds>(walk_margin) +
               std::chrono::milliseconds(1));
    connection.expect("UPDATE `pages` SET last_updated = SYSDATE() WHERE id IN (?)", {5U});
    EXPECT_EQ(answer(store(checked(action_of(pages(), verbs::update), "name=a&title=T"))), "5");
}

TEST_F(Update, OfNothingStoresNothing) {
    connection.expect(category_question, {"old"}).row({0U, 5U, "Old"});
    EXPECT_EQ(answer(store("update_category", "name=old")), "5");
}

TEST_F(Update, OfNoRecordIsNotFound) {
    connection.expect(category_question, {"old"}).row(no_category);
    const WriteResult result = store("update_category", "name=old&new_name=New");
    EXPECT_EQ(answer(result), "not_found");
    EXPECT_EQ(result.problems.front().text, "there is no category \"old\"");
}

TEST_F(Update, OfARecordThatIsDeletedInTheMeantimeIsNotFound) {
    connection.expect(category_question, {"old"}).row({0U, 5U, "Old"});
    connection.expect(category_update, {"New", 5U}).finds(0);
    EXPECT_EQ(answer(store("update_category", "name=old&new_name=New")), "not_found");
}

TEST_F(Update, ToATakenNameNamesTheVariableThatRenames) {
    connection.expect(category_question, {"old"}).row({0U, 5U, "Old"});
    connection.expect(category_update, {"New", 5U}).fails(1062);
    const WriteResult result = store("update_category", "name=old&new_name=New");
    EXPECT_EQ(answer(result), "already_exists");
    EXPECT_EQ(result.problems.front().variable, "new_name");
}

using Delete = DbTest;

TEST_F(Delete, AsksForTheNumber) {
    connection.expect(category_question, {"old"}).row({0U, 5U, "Old"});
    connection.expect(category_delete, {5U});
    EXPECT_EQ(answer(store("delete_category", "name=old")), "5");
}

TEST_F(Delete, OfARecordThatIsGoneIsNotFound) {
    connection.expect(category_question, {"old"}).row({0U, 5U, "Old"});
    connection.expect(category_delete, {5U}).finds(0);
    EXPECT_EQ(answer(store("delete_category", "name=old")), "not_found");
}

TEST_F(Delete, OfARecordThatOthersReferToIsRefused) {
    for (const int error : {1451, 1217}) {
        connection.expect(category_question, {"old"}).row({0U, 5U, "Old"});
        connection.expect(category_delete, {5U}).fails(error);
        const WriteResult result = store("delete_category", "name=old");
        EXPECT_EQ(answer(result), "in_use");
        EXPECT_EQ(result.problems.front().text, "the category \"Old\" is still in use");
    }
}

using Failure = DbTest;

TEST_F(Failure, OfAConflictBeginsAgainWithTheQuestion) {
    connection.expect(category_question, {"old"}).row({0U, 5U, "Old"});
    connection.expect(category_update, {"New", 5U}).fails(1213);
    connection.expect(category_question, {"old"}).row({0U, 6U, "Old"});
    connection.expect(category_update, {"New", 6U});
    EXPECT_EQ(answer(store("update_category", "name=old&new_name=New")), "6");
}

TEST_F(Failure, OfTheConnectionBeforeTheChangeIsTriedAgain) {
    connection.expect(category_question, {"old"}).fails(2013);
    connection.expect(category_question, {"old"}).row({0U, 5U, "Old"});
    connection.expect(category_delete, {5U});
    EXPECT_EQ(answer(store("delete_category", "name=old")), "5");
}

TEST_F(Failure, OfTheConnectionWhileAStatementCommitsLeavesDoubt) {
    connection.expect(category_insert, {"Sales"}).fails(2013);
    EXPECT_EQ(answer(store("add_category", "name=Sales")), "outcome_unknown");
}

TEST_F(Failure, OfAStatementThatDidNotLeaveLeavesNone) {
    connection.expect(category_insert, {"Sales"}).fails(gone_before_sending);
    connection.expect(category_insert, {"Sales"});
    connection.expect("SELECT LAST_INSERT_ID()").row({7U});
    EXPECT_EQ(answer(store("add_category", "name=Sales")), "7");
}

TEST_F(Failure, AfterTheChangeWasCommittedLeavesDoubt) {
    // Lost before it left, refused, interrupted, too late, and a conflict.
    for (const int error : {gone_before_sending, 1461, 1317, 1969, 1205}) {
        connection.expect(category_insert, {"Sales"});
        connection.expect("SELECT LAST_INSERT_ID()").fails(error);
        EXPECT_EQ(answer(store("add_category", "name=Sales")), "outcome_unknown") << error;
    }
}

TEST_F(Failure, OfALargeStatementNamesTheLongestValue) {
    connection
        .expect("INSERT INTO `pages` (`name`, `title`, `body`, last_updated) VALUES (?, ?, ?, SYSDATE())",
                {"a", "T", "a long text"})
        .fails(packet_too_large);
    const WriteResult result =
        store(checked(action_of(pages(), verbs::add), "name=a&title=T&body=a long text"));
    EXPECT_EQ(answer(result), "payload_too_large");
    EXPECT_EQ(result.problems.front().variable, "body");
    EXPECT_EQ(result.problems.front().text, "is larger than the database server accepts, 1000 bytes in all");
}

}  // namespace
}  // namespace helpdesk::db
