// Lists: which statements find their records, and which read them.
#include "db/list_test.h"
#include "db/session/errors.h"

namespace helpdesk::db {
namespace {

class List : public ListTest {
  protected:
    static std::string marks(std::size_t number) {
        std::string marks = "?";
        for (std::size_t i = 1; i < number; ++i)
            marks += ", ?";
        return marks;
    }
    const std::string records_ = "SELECT " + page_columns + " FROM `pages` AS record WHERE record.id IN (";
    const std::string ids_ = "SELECT record.id FROM `pages` AS record ORDER BY record.`id` LIMIT ? OFFSET ?";

    // The IDs from the first to the last.
    void expect_ids(std::uint64_t first, std::uint64_t last) {
        Expected& expected = connection.expect(ids_, {1001U, 0U});
        for (std::uint64_t id = first; id <= last; ++id)
            expected.row({id});
    }
    // Their records; `asked` are the IDs with what fills them up to a power of two.
    Expected& expect_records(std::uint64_t first, std::uint64_t last, std::size_t asked) {
        Row ids;
        for (std::size_t i = 0; i < asked; ++i)
            ids.emplace_back(std::min(first + i, last));
        Expected& expected = connection.expect(records_ + marks(asked) + ")", ids);
        for (std::uint64_t id = first; id <= last; ++id)
            expected.row(page(id, "p"));
        return expected;
    }
    // How records are shown.
    static std::string all(std::uint64_t first, std::uint64_t last) {
        std::string all;
        for (std::uint64_t id = first; id <= last; ++id)
            all += (all.empty() ? "" : " ") + std::to_string(id) + ":p";
        return all;
    }
};

TEST_F(List, OfOneRecordIsOneStatement) {
    connection.expect(at_once(" WHERE record.`name` IN (?)", "name"), {"a", 1001U}).row(page(5, "a"));
    EXPECT_EQ(list(selected("name=a")), "5:a");
    EXPECT_TRUE(position.done());
    EXPECT_FALSE(position.more);
}

TEST_F(List, OfNoRecordIsDone) {
    connection.expect(at_once(" WHERE record.`id` IN (?)"), {5U, 1001U});
    EXPECT_EQ(list(selected("id=5")), "");
    EXPECT_TRUE(position.done());
}

TEST_F(List, ThatIsShortAsksForOneMoreToTellWhetherThereAreMore) {
    connection.expect(at_once(""), {3U}).row(page(1, "p")).row(page(2, "p")).row(page(3, "p"));
    EXPECT_EQ(list(selected("count=2")), all(1, 2));
    EXPECT_TRUE(position.done());
    EXPECT_TRUE(position.more);
}

TEST_F(List, FindsItsRecordsAndReads64OfThemAtOnce) {
    expect_ids(1, 70);
    expect_records(1, 64, 64);
    expect_records(65, 70, 8);
    EXPECT_EQ(list(selected("")), all(1, 70));
    EXPECT_TRUE(position.done());
}

TEST_F(List, HasTheOrderInWhichItsRecordsWereFound) {
    connection
        .expect(
            "SELECT record.id FROM `pages` AS record ORDER BY record.`title` DESC, record.`id` DESC LIMIT "
            "? OFFSET ?",
            {11U, 20U})
        .row({7U})
        .row({9U})
        .row({8U});
    connection.expect(records_ + "?, ?, ?, ?)", {7U, 9U, 8U, 8U})
        .row(page(7, "p"))
        .row(page(8, "p"))
        .row(page(9, "p"));
    EXPECT_EQ(list(selected("name=*&order=title DESC&count=10&page=3")), "7:p 9:p 8:p");
}

TEST_F(List, LeavesOutARecordThatIsDeletedInTheMeantime) {
    expect_ids(1, 2);
    connection.expect(records_ + "?, ?)", {1U, 2U}).row(page(2, "p"));
    EXPECT_EQ(list(selected("")), "2:p");
    EXPECT_TRUE(position.done());
}

TEST_F(List, EndsItsPageWhenEnoughTextWaits) {
    sink.bytes_of_record = page_bytes / 2;
    expect_ids(1, 3);
    expect_records(1, 3, 4);
    EXPECT_EQ(list(selected("")), all(1, 2));
    EXPECT_FALSE(position.done());
    // As many as there is room for, by the size of those before.
    expect_records(3, 3, 1);
    EXPECT_EQ(list(selected("")), all(3, 3));
    EXPECT_TRUE(position.done());
}

TEST_F(List, ThatLosesItsConnectionGoesOnWhereItWas) {
    expect_ids(1, 70);
    expect_records(1, 64, 64);
    expect_records(65, 70, 8).fails(2013);
    expect_records(65, 70, 8);
    EXPECT_EQ(list(selected("")), all(1, 70));
}

TEST_F(List, ThatLosesItsConnectionBeforeItsRecordsAreKnownBeginsAgain) {
    connection.expect(ids_, {1001U, 0U}).fails(2013);
    expect_ids(1, 1);
    expect_records(1, 1, 1);
    EXPECT_EQ(list(selected("")), all(1, 1));
}

TEST_F(List, CountsWithoutReading) {
    connection.expect("SELECT COUNT(*) FROM `pages` AS record WHERE record.`name` IN (?, ?)", {"a", "b"})
        .row({2U});
    const ReadResult result = read(selected("name=a,b&count_only=Y"));
    EXPECT_EQ(result.count, 2U);
    EXPECT_TRUE(position.done());
    EXPECT_EQ(sink.sent(), "");
}

TEST_F(List, ThatIsTooLargeNamesTheSelector) {
    connection
        .expect("SELECT COUNT(*) FROM `pages` AS record WHERE record.`id` IN (?) AND record.`name` IN (?, ?)",
                {1U, "aa", "bb"})
        .fails(packet_too_large);
    const ReadResult result = read(selected("id=1&name=aa,bb&count_only=Y"));
    ASSERT_EQ(result.problems.size(), 1U);
    EXPECT_EQ(result.problems.front().code, "payload_too_large");
    EXPECT_EQ(result.problems.front().variable, "name");
}

TEST_F(List, WithTextThatIsNotUtf8Fails) {
    Row row = page(5, "\xff");
    connection.expect(at_once(" WHERE record.`id` IN (?)"), {5U, 1001U}).row(std::move(row));
    const ReadResult result = read(selected("id=5"));
    ASSERT_EQ(result.problems.size(), 1U);
    EXPECT_EQ(result.problems.front().code, "internal_error");
    EXPECT_NE(result.log.find("name of the ID 5"), std::string::npos) << result.log;
}

}  // namespace
}  // namespace helpdesk::db
