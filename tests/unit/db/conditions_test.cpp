// Tests what the headers If-Match and Idempotency-Key ask of a write.
#include <thread>

#include "db/db_test.h"
#include "db/pages.h"
#include "db/statements/repeats.h"

namespace helpdesk::db {
namespace {

constexpr auto page_update =
    "UPDATE `pages` SET version = version + 1, `title` = ?, last_updated = SYSDATE() WHERE id IN (?)";

class IfMatch : public DbTest {
  protected:
    static Write page(const Verb& verb, const std::string& query) {
        Write write = checked(action_of(pages(), verb), query);
        write.if_match = {entity_tag("5", "3")};
        return write;
    }
    // The version that the record has now.
    void expect_question(Row row) {
        connection.expect("BEGIN");
        connection
            .expect(
                "SELECT 0, record.id, record.`name`, record.version FROM (SELECT 1) AS one LEFT JOIN `pages` "
                "AS record ON record.`name` = ? FOR UPDATE",
                {"a"})
            .row(std::move(row));
    }
};

TEST_F(IfMatch, OfTheStoredVersionGivesTheNextOne) {
    expect_question({0U, 5U, "a", 3U});
    connection.expect(page_update, {"T", 5U});
    connection.expect("COMMIT");
    const WriteResult result = store(page(verbs::update, "name=a&title=T"));
    EXPECT_EQ(answer(result), "5");
    EXPECT_EQ(result.entity_tag, entity_tag("5", "4"));
}

TEST_F(IfMatch, OfAnUpdateOfNothingGivesTheSameVersion) {
    expect_question({0U, 5U, "a", 3U});
    connection.expect("COMMIT");
    EXPECT_EQ(store(page(verbs::update, "name=a")).entity_tag, entity_tag("5", "3"));
}

TEST_F(IfMatch, OfAnotherVersionChangesNothing) {
    expect_question({0U, 5U, "a", 4U});
    connection.expect("ROLLBACK");
    EXPECT_EQ(answer(store(page(verbs::update, "name=a&title=T"))), "precondition_failed");
}

TEST_F(IfMatch, OfADeletedRecordIsNotFound) {
    expect_question({0U, nullptr, nullptr, nullptr});
    connection.expect("ROLLBACK");
    EXPECT_EQ(answer(store(page(verbs::update, "name=a&title=T"))), "not_found");
}

TEST_F(IfMatch, OfADeleteGivesNoVersion) {
    expect_question({0U, 5U, "a", 3U});
    connection.expect("DELETE FROM `pages` WHERE id IN (?)", {5U});
    connection.expect("COMMIT");
    const WriteResult result = store(page(verbs::remove, "name=a"));
    EXPECT_EQ(answer(result), "5");
    EXPECT_EQ(result.entity_tag, "");
}

class Repeat : public DbTest {
  protected:
    static Write category() {
        Write write = checked("add_category", "name=Sales");
        write.repeatable = Repeatable{.key_hash = "key", .request_hash = "request"};
        return write;
    }
    // Holds the key. The server counts a row that changes as two.
    Expected& expect_key(std::uint64_t rows) {
        connection.expect("BEGIN");
        return connection
            .expect(
                "INSERT INTO idempotency_keys (key_hash, request_hash, answer, added, used_at) VALUES "
                "(UNHEX(?), UNHEX(?), '', 0, NOW()) ON DUPLICATE KEY UPDATE repeats = repeats + 1",
                {"key", "request"})
            .finds(rows);
    }
    // Whether the key is too old, whether the request is the same, and the answer.
    void expect_kept(Row row) {
        connection
            .expect(
                "SELECT used_at < NOW() - INTERVAL 1 DAY, request_hash = UNHEX(?), answer, added, entity_tag "
                "FROM idempotency_keys WHERE key_hash = UNHEX(?)",
                {"request", "key"})
            .row(std::move(row));
    }
    Expected& expect_insert() {
        connection
            .expect(
                "SELECT 0, record.id, record.`name` FROM (SELECT 1) AS one LEFT JOIN `categories` AS record "
                "ON record.`name` = ?",
                {"Sales"})
            .row({0U, nullptr, nullptr});
        return connection.expect("INSERT INTO `categories` (`name`) VALUES (?)", {"Sales"});
    }
    Expected& expect_answer_kept() {
        expect_insert();
        connection.expect("SELECT LAST_INSERT_ID()").row({7U});
        connection.expect(
            "UPDATE idempotency_keys SET request_hash = UNHEX(?), answer = ?, added = ?, entity_tag "
            "= ?, resource = ?, number = ?, used_at = NOW() WHERE key_hash = UNHEX(?)",
            {"request", "7", 1U, "", "categories", 7U, "key"});
        return connection.expect("COMMIT");
    }
};

TEST_F(Repeat, IsNoneTheFirstTime) {
    expect_key(1);
    expect_answer_kept();
    const WriteResult result = store(category());
    EXPECT_EQ(answer(result), "7");
    EXPECT_FALSE(result.repeated);
}

TEST_F(Repeat, GivesTheAnswerThatWasKept) {
    expect_key(2);
    expect_kept({0U, 1U, "7", 1U, "\"7-1\""});
    connection.expect("COMMIT");
    const WriteResult result = store(category());
    EXPECT_EQ(answer(result), "7");
    EXPECT_TRUE(result.repeated);
    EXPECT_TRUE(result.added);
    EXPECT_EQ(result.entity_tag, "\"7-1\"");
}

TEST_F(Repeat, OfAnotherRequestIsRefused) {
    expect_key(2);
    expect_kept({0U, 0U, "7", 1U, ""});
    connection.expect("ROLLBACK");
    EXPECT_EQ(answer(store(category())), "idempotency_key_reused");
}

TEST_F(Repeat, AfterADayIsTheFirstTime) {
    expect_key(2);
    expect_kept({1U, 0U, "5", 1U, ""});
    expect_answer_kept();
    EXPECT_EQ(answer(store(category())), "7");
}

TEST_F(Repeat, OfARefusedWriteIsTheFirstTime) {
    expect_key(1);
    expect_insert().fails(1062);
    EXPECT_EQ(answer(store(category())), "already_exists");
}

TEST_F(Repeat, ByOurselvesAfterALostCommitFindsTheAnswer) {
    expect_key(1);
    expect_answer_kept().fails(2013);
    expect_key(2);
    expect_kept({0U, 1U, "7", 1U, ""});
    connection.expect("COMMIT");
    const WriteResult result = store(category());
    EXPECT_EQ(answer(result), "7");
    EXPECT_TRUE(result.repeated);
}

TEST_F(Repeat, ByOurselvesAfterALostCommitDoesItAgainIfItWasNotStored) {
    expect_key(1);
    expect_answer_kept().fails(2013);
    expect_key(1);
    expect_answer_kept();
    EXPECT_EQ(answer(store(category())), "7");
}

// A thread of its own counts from the beginning.
TEST_F(Repeat, IsForgottenByOneOf64Writes) {
    for (int i = 0; i < 2; ++i)
        connection.expect("DELETE FROM idempotency_keys WHERE used_at < NOW() - INTERVAL 1 DAY LIMIT 256");
    std::thread([&] {
        for (int i = 0; i < 65; ++i)
            forget_old_answers(attempt);
    }).join();
}

}  // namespace
}  // namespace helpdesk::db
