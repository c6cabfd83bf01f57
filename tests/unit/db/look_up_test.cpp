// Look-ups of several calls, which share a statement.
#include <deque>

#include "db/list_test.h"
#include "db/session/errors.h"

namespace helpdesk::db {
namespace {

class LookUps : public ListTest {
  protected:
    // What each of the look-ups gives, or the code of its problem.
    Codes look_up(const std::vector<std::string>& queries) {
        std::deque<Selection> selections;
        std::deque<ListPosition> positions(queries.size());
        std::deque<FakeSink> sinks(queries.size());
        std::vector<Reading> readings;
        for (std::size_t i = 0; i < queries.size(); ++i) {
            selections.push_back(selected(queries[i]));
            readings.push_back({.selection = selections.back(), .position = positions[i], .sink = sinks[i]});
        }
        const std::vector<ReadResult> results = read_grouped(attempt, readings);
        Codes all;
        for (std::size_t i = 0; i < queries.size(); ++i) {
            const bool good = results[i].problems.empty();
            EXPECT_EQ(positions[i].done(), good) << queries[i];
            all.push_back(good ? sinks[i].sent() : std::string(results[i].problems.front().code));
        }
        return all;
    }
    Expected& expect_both(const std::string& one, const std::string& other) {
        return connection.expect(shared_ + "record.`name` IN (?, ?)", {one, other});
    }
    Expected& expect_alone(const std::string& name) {
        return connection.expect(at_once(" WHERE record.`name` IN (?)", "name"), {name, 1001U});
    }
    const std::string shared_ = "SELECT " + page_columns + " FROM `pages` AS record WHERE ";
};

TEST_F(LookUps, ByNameShareAStatement) {
    expect_both("a", "b").row(page(2, "b")).row(page(1, "a"));
    EXPECT_EQ(look_up({"name=a", "name=b"}), (Codes{"1:a", "2:b"}));
}

TEST_F(LookUps, OfOneNameGetTheSameRecord) {
    expect_both("a", "a").row(page(1, "a"));
    EXPECT_EQ(look_up({"name=a", "name=a"}), (Codes{"1:a", "1:a"}));
}

TEST_F(LookUps, OfNoRecordGetNone) {
    expect_both("a", "b").row(page(1, "a"));
    EXPECT_EQ(look_up({"name=a", "name=b"}), (Codes{"1:a", ""}));
}

TEST_F(LookUps, InOtherLettersAreReadAlone) {
    expect_both("a", "b").row(page(1, "a")).row(page(2, "B"));
    expect_alone("b").row(page(2, "B"));
    EXPECT_EQ(look_up({"name=a", "name=b"}), (Codes{"1:a", "2:B"}));
}

TEST_F(LookUps, OfOneNameHideNoOtherSpelling) {
    connection.expect(shared_ + "record.`name` IN (?, ?, ?, ?)", {"a", "a", "b", "b"})
        .row(page(1, "a"))
        .row(page(2, "B"));
    expect_alone("b").row(page(2, "B"));
    EXPECT_EQ(look_up({"name=a", "name=a", "name=b"}), (Codes{"1:a", "1:a", "2:B"}));
}

TEST_F(LookUps, ByNameAndByNumberShareNothing) {
    connection.expect(shared_ + "record.`id` IN (?, ?)", {"1", "2"}).row(page(1, "a")).row(page(2, "b"));
    expect_both("a", "b").row(page(1, "a")).row(page(2, "b"));
    EXPECT_EQ(look_up({"name=a", "id=1", "name=b", "id=2"}), (Codes{"1:a", "1:a", "2:b", "2:b"}));
}

TEST_F(LookUps, OfALongRecordAreReadAlone) {
    Row row = page(2, "b");
    row[3] = nullptr;
    row[7] = std::uint64_t{longest_in_group + 1};
    expect_both("a", "b").row(page(1, "a")).row(row);
    expect_alone("b").row(page(2, "b"));
    EXPECT_EQ(look_up({"name=a", "name=b"}), (Codes{"1:a", "2:b"}));
}

TEST_F(LookUps, WhoseStatementIsRefusedAreReadAlone) {
    expect_both("a", "b").fails(packet_too_large);
    expect_alone("a").row(page(1, "a"));
    expect_alone("b").fails(packet_too_large);
    EXPECT_EQ(look_up({"name=a", "name=b"}), (Codes{"1:a", "payload_too_large"}));
}

TEST_F(LookUps, WithARecordThatCannotBeReadAreReadAlone) {
    Row row = page(2, "b");
    row[2] = "\xff";
    expect_both("a", "b").row(page(1, "a")).row(row);
    expect_alone("a").row(page(1, "a"));
    expect_alone("b").row(row);
    EXPECT_EQ(look_up({"name=a", "name=b"}), (Codes{"1:a", "internal_error"}));
}

TEST_F(LookUps, ThatLoseTheirConnectionAreTriedOnceMore) {
    expect_both("a", "b").fails(2013);
    expect_both("a", "b").row(page(1, "a"));
    EXPECT_EQ(look_up({"name=a", "name=b"}), (Codes{"1:a", ""}));
}

TEST_F(LookUps, WithoutAServerFailAsAWhole) {
    expect_both("a", "b").fails(2013);
    expect_both("a", "b").fails(2013);
    EXPECT_EQ(look_up({"name=a", "name=b"}), (Codes{"database_unavailable", "database_unavailable"}));
}

TEST_F(LookUps, AreNoMoreThan32InAStatement) {
    std::vector<std::string> queries;
    std::string marks;
    Row names;
    for (std::size_t i = 0; i < most_grouped; ++i) {
        names.emplace_back("a" + std::to_string(i));
        marks += i == 0 ? "?" : ", ?";
        queries.push_back("name=a" + std::to_string(i));
    }
    queries.emplace_back("name=b");
    connection.expect(shared_ + "record.`name` IN (" + marks + ")", names);
    expect_alone("b").row(page(2, "b"));
    EXPECT_EQ(look_up(queries).back(), "2:b");
}

}  // namespace
}  // namespace helpdesk::db
