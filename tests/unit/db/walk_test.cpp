// Lists of changes, which wait until nobody can write to a second any more.
#include "db/statements/walk.h"
#include "db/list_test.h"

namespace helpdesk::db {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

class Walk : public ListTest {
  protected:
    // The clock of the server: the second that is still open, the one that begins next, and the microseconds
    // of this one.
    void expect_clock(const std::string& open, const std::string& next, std::uint64_t elapsed) {
        connection
            .expect(
                "SELECT DATE_FORMAT(NOW(6) - INTERVAL 250000 MICROSECOND, '%Y-%m-%d %H:%i:%s'), "
                "DATE_FORMAT(NOW(6) + INTERVAL 1 SECOND, '%Y-%m-%d %H:%i:%s'), MICROSECOND(NOW(6))")
            .row({open, next, elapsed});
    }
    Expected& expect_found(const std::string& condition, Row parameters) {
        parameters.emplace_back(std::uint64_t{1001});
        parameters.emplace_back(std::uint64_t{0});
        return connection.expect(
            "SELECT record.id, CAST(record.`last_updated` AS CHAR) FROM `pages` AS record WHERE " +
                condition +
                " ORDER BY record.`last_updated`, record.`id` LIMIT ? OFFSET ? LOCK IN SHARE MODE",
            std::move(parameters));
    }
    // Waits for the writers of the records, then reads them.
    Expected& expect_records(const std::string& marks, const Row& ids) {
        connection.expect(
            "SELECT id FROM `pages` FORCE INDEX (PRIMARY) WHERE id IN (" + marks + ") LOCK IN SHARE MODE",
            ids);
        return connection.expect(
            "SELECT " + page_columns + " FROM `pages` AS record WHERE record.id IN (" + marks + ")", ids);
    }
    static constexpr auto since_ = "record.`last_updated` >= ?";
    const std::string start_ = "2024-01-02 00:00:00";
    const std::string old_ = "2024-01-02 03:04:05";
    const std::string open_ = "2024-01-02 03:04:06";
    const std::string next_ = "2024-01-02 03:04:07";
};

TEST_F(Walk, OverChangesOfClosedSecondsNeedsNoPause) {
    expect_clock(open_, next_, 500'000);
    expect_found(since_, {start_}).row({2U, old_}).row({1U, old_});
    expect_records("?, ?", {2U, 1U}).row(page(1, "a", old_)).row(page(2, "b", old_));
    EXPECT_EQ(list(selected("updated_since=2024-01-02")), "2:b 1:a");
    EXPECT_TRUE(position.done());
}

TEST_F(Walk, ContinuesAfterTheLastRecordOfItsPage) {
    expect_clock(open_, next_, 500'000);
    expect_found("record.`last_updated` >= ? AND (record.`last_updated` > ? OR record.id > ?)",
                 {start_, start_, 7U});
    EXPECT_EQ(list(selected("updated_since=2024-01-02&after_id=7")), "");
    EXPECT_TRUE(position.done());
}

TEST_F(Walk, PausesUntilItsLastSecondIsOver) {
    expect_clock(open_, next_, 400'000);
    expect_found(since_, {start_}).row({1U, old_}).row({2U, open_});
    Selection selection = selected("updated_since=2024-01-02");
    const ReadResult first = read(selection);
    EXPECT_EQ(first.pause, microseconds(600'000) + walk_margin);
    EXPECT_EQ(first.read_until, next_);
    EXPECT_FALSE(position.found);
    EXPECT_EQ(sink.sent(), "");

    // What was changed in the meantime is left to the next walk.
    selection.read_until = first.read_until;
    expect_clock(next_, "2024-01-02 03:04:08", 300'000);
    expect_found(std::string(since_) + " AND record.`last_updated` < ?", {start_, next_})
        .row({1U, old_})
        .row({2U, open_});
    expect_records("?, ?", {1U, 2U}).row(page(1, "a", old_)).row(page(2, "b", open_));
    EXPECT_EQ(list(selection), "1:a 2:b");
    EXPECT_TRUE(position.done());
}

TEST_F(Walk, PausesAgainIfTheSecondIsNotOver) {
    Selection selection = selected("updated_since=2024-01-02");
    selection.read_until = next_;
    // The margin of the second before is not over: 50 ms are left.
    expect_clock(next_, "2024-01-02 03:04:08", 200'000);
    selection.read_until = "2024-01-02 03:04:08";
    const ReadResult result = read(selection);
    EXPECT_EQ(result.pause, seconds(1) - microseconds(200'000) + walk_margin);
    EXPECT_EQ(result.read_until, "2024-01-02 03:04:08");
}

TEST_F(Walk, PausesForTheRestOfTheMargin) {
    Selection selection = selected("updated_since=2024-01-02");
    selection.read_until = next_;
    expect_clock(open_, "2024-01-02 03:04:08", 200'000);
    selection.read_until = next_;
    const ReadResult result = read(selection);
    EXPECT_EQ(result.pause, walk_margin - microseconds(200'000));
    EXPECT_EQ(result.read_until, next_);
}

TEST_F(Walk, DoesNotWaitForAClockThatWasSetBack) {
    Selection selection = selected("updated_since=2024-01-02");
    selection.read_until = "2024-01-02 05:00:00";
    expect_clock(open_, next_, 400'000);
    const ReadResult result = read(selection);
    EXPECT_EQ(result.pause, microseconds(600'000) + walk_margin);
    EXPECT_EQ(result.read_until, next_);
}

TEST_F(Walk, LeavesOutARecordThatWasChangedAgain) {
    expect_clock(open_, next_, 500'000);
    expect_found(since_, {start_}).row({1U, old_}).row({2U, old_});
    expect_records("?, ?", {1U, 2U}).row(page(1, "a", open_)).row(page(2, "b", old_));
    EXPECT_EQ(list(selected("updated_since=2024-01-02")), "2:b");
}

TEST_F(Walk, IsCountedAsAList) {
    connection.expect("SELECT COUNT(*) FROM `pages` AS record WHERE record.`last_updated` >= ?", {start_})
        .row({3U});
    EXPECT_EQ(read(selected("updated_since=2024-01-02&after_id=7&count_only=Y")).count, 3U);
}

}  // namespace
}  // namespace helpdesk::db
