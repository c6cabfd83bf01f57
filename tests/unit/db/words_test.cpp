// How the texts of a record are read again.
#include "db/words.h"

#include "db/db_test.h"

namespace helpdesk::db {
namespace {

class WordsTest : public DbTest {
  protected:
    void expect_words(const std::string& words) {
        connection
            .expect(
                "SELECT `ticket_id`, `words` FROM `ticket_texts` WHERE `ticket_id` IN (?) ORDER BY "
                "`ticket_id` FOR UPDATE",
                {7U})
            .row({7U, words});
    }
    Expected& expect_entries(const std::string& marks, Row numbers) {
        return connection.expect(
            "SELECT IF(LENGTH(`notes`) > 32768, id, 0), IF(LENGTH(`notes`) > 32768, '', "
            "`notes`), `content_type` = 'html' FROM `ticket_history` WHERE id IN (" +
                marks + ") ORDER BY id",
            std::move(numbers));
    }
    Expected& expect_entry(std::uint64_t number) {
        return connection.expect("SELECT `notes`, `content_type` = 'html' FROM `ticket_history` WHERE id = ?",
                                 {number});
    }
    void expect_ticket(const std::string& subject, const std::string& description) {
        connection.expect("SELECT `subject`, 0 FROM `tickets` WHERE id = ?", {7U}).row({subject, 0U});
        connection.expect("SELECT `description`, 0 FROM `tickets` WHERE id = ?", {7U}).row({description, 0U});
    }
    Expected& expect_numbers() {
        return connection.expect("SELECT id FROM `ticket_history` WHERE `ticket_id` = ?", {7U});
    }
    bool renew(std::uint64_t most_text = UINT64_MAX) {
        const IndexedText text{.index = tickets().word_index, .number = 7, .renews = true};
        return index_texts(connection, {&text, 1}, most_text);
    }
};

TEST_F(WordsTest, LongTextsAreReadByThemselves) {
    expect_words(" one two");
    expect_ticket("one", "two");
    expect_numbers().row({12U}).row({11U}).row({13U});
    expect_entries("?, ?, ?, ?", {11U, 12U, 13U, 13U})
        .row({0U, "two", 0U})
        .row({12U, "", 0U})
        .row({0U, "<i>", 1U});
    expect_entry(12).row({"three", 0U});
    connection.expect(
        "INSERT INTO `ticket_words` (`word`, `ticket_id`) VALUES (?, ?) ON DUPLICATE KEY UPDATE "
        "`word` = `word`",
        {"three", 7U});
    connection.expect(
        "INSERT INTO `ticket_texts` (`ticket_id`, `words`) VALUES (?, ?) ON DUPLICATE KEY UPDATE "
        "`words` = VALUES(`words`)",
        {7U, " one three two"});
    EXPECT_TRUE(renew());
}

TEST_F(WordsTest, MoreShortTextsAreReadAtOnceUntilOneIsLong) {
    expect_words(" one two");
    expect_ticket("one", "two");
    Expected& numbers = expect_numbers();
    for (std::uint64_t number = 1; number <= 17; ++number)
        numbers.row({number});
    expect_entries("?, ?, ?, ?", {1U, 2U, 3U, 4U});
    expect_entries("?, ?, ?, ?, ?, ?, ?, ?", {5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U}).row({12U, "", 0U});
    expect_entry(12).row({"two", 0U});
    expect_entry(13).row({std::string(40'000, ' '), 0U});
    expect_entry(14).row({"one", 0U});
    expect_entries("?, ?", {15U, 16U});
    expect_entry(17);
    connection.expect(
        "INSERT INTO `ticket_texts` (`ticket_id`, `words`) VALUES (?, ?) ON DUPLICATE KEY UPDATE "
        "`words` = VALUES(`words`)",
        {7U, " one two"});
    EXPECT_TRUE(renew());
}

TEST_F(WordsTest, NoMoreTextIsReadThanThat) {
    expect_words("");
    expect_ticket("one", "two");
    expect_numbers().row({11U}).row({12U});
    expect_entries("?, ?", {11U, 12U}).row({11U, "", 0U}).row({12U, "", 0U});
    expect_entry(11).row({std::string(100'000, 'x'), 0U});
    EXPECT_FALSE(renew(100'000));
}

TEST_F(WordsTest, NoMoreAreKeptThanTheServerTakes) {
    // Of 1,000 bytes, half may be words: 7 of them, since another one might have 64 bytes.
    std::string text;
    for (char c = 'a'; c <= 'z'; ++c)
        text += std::string(63, c) + " ";
    expect_words("");
    expect_ticket("one", text);
    std::string stored;
    for (char c = 'a'; c <= 'g'; ++c)
        stored += " " + std::string(63, c);
    stored += " one";
    const auto insert = [](std::size_t rows) {
        std::string marks = "(?, ?)";
        for (std::size_t i = 1; i < rows; ++i)
            marks += ", (?, ?)";
        return "INSERT INTO `ticket_words` (`word`, `ticket_id`) VALUES " + marks +
               " ON DUPLICATE KEY UPDATE `word` = `word`";
    };
    Row rows;
    for (char c = 'a'; c <= 'g'; ++c) {
        rows.emplace_back(std::string(63, c));
        rows.emplace_back(7U);
    }
    rows.emplace_back("one");
    rows.emplace_back(7U);
    connection.expect(insert(8), rows);
    connection.expect(
        "INSERT INTO `ticket_texts` (`ticket_id`, `words`) VALUES (?, ?) ON DUPLICATE KEY UPDATE "
        "`words` = VALUES(`words`)",
        {7U, stored});
    EXPECT_TRUE(renew());
    // A full index takes no more, and nothing is written.
    expect_words(stored);
    const IndexedText more{.index = tickets().word_index, .number = 7, .text = "more"};
    EXPECT_TRUE(index_texts(connection, {&more, 1}));
}

}  // namespace
}  // namespace helpdesk::db
