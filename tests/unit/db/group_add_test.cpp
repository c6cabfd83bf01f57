// Adds of several calls, and the numbers that their records get.
#include "db/customers.h"
#include "db/db_test.h"
#include "db/pages.h"

namespace helpdesk::db {
namespace {

constexpr auto galera = "SHOW SESSION VARIABLES LIKE 'wsrep_on'";
constexpr auto numbers = "SELECT LAST_INSERT_ID(), @@SESSION.auto_increment_increment";
constexpr auto single_insert = "INSERT INTO `categories` (`name`) VALUES (?)";
constexpr auto pair_insert = "INSERT INTO `categories` (`name`) VALUES (?), (?)";

std::string question(int place) {
    return "SELECT " + std::to_string(place) +
           ", record.id, record.`name` FROM (SELECT 1) AS one LEFT JOIN `categories` AS record ON "
           "record.`name` = "
           "?";
}

class GroupOfAdds : public DbTest {
  protected:
    const std::vector<std::string> queries_ = {"name=a", "name=b"};

    void expect_added(const std::string& name, std::uint64_t number) {
        connection.expect(single_insert, {name});
        connection.expect("SELECT LAST_INSERT_ID()").row({number});
    }
    // The first of two is taken, and the other is added alone.
    void expect_the_second_alone() {
        connection.expect(question(0) + " UNION ALL " + question(1), {"a", "b"})
            .row({0U, 3U, "A"})
            .row({1U, nullptr, nullptr});
        expect_added("b", 7U);
    }
};

TEST_F(GroupOfAdds, IsOneStatementWhoseNumbersAreEvenlyApart) {
    connection.expect(galera);
    connection.expect(pair_insert, {"a", "b"}).finds(2);
    connection.expect(numbers).row({10U, 3U});
    EXPECT_EQ(answers(store_grouped("add_category", queries_)), (Codes{"10", "13"}));
}

// As if one came after the other: the second default clears the first, which leaves the second alone.
TEST_F(GroupOfAdds, ChangesOtherRecordsInTheirOrder) {
    const auto ask = [](int place) {
        return "SELECT " + std::to_string(place) +
               ", record.id, record.`name`, CAST(NOW() AS CHAR) FROM (SELECT 1) AS one LEFT JOIN "
               "`ticket_sources` AS record ON record.`name` = ?";
    };
    const auto others = [](const std::string& ids) {
        return "SELECT id FROM `ticket_sources` WHERE `is_default` = ? AND NOT id IN (" + ids +
               ") ORDER BY id FOR UPDATE";
    };
    const std::string clear = "UPDATE `ticket_sources` SET `is_default` = ? WHERE id IN (?)";
    connection.expect(ask(0) + " UNION ALL " + ask(1), {"a", "b"})
        .row({0U, nullptr, nullptr, "2026-01-02 03:04:05"})
        .row({1U, nullptr, nullptr, "2026-01-02 03:04:05"});
    connection.expect(galera);
    connection.expect("BEGIN");
    connection
        .expect("INSERT INTO `ticket_sources` (`name`, `is_default`, `position`) VALUES (?, ?, ?), (?, ?, ?)",
                {"a", "Y", nullptr, "b", "Y", nullptr})
        .finds(2);
    connection.expect(numbers).row({10U, 1U});
    connection.expect(others("?, ?"), {"Y", 10U, 11U}).row({5U});
    connection.expect(clear, {"N", 5U});
    connection.expect(others("?"), {"Y", 11U}).row({10U});
    connection.expect(clear, {"N", 10U});
    connection.expect("COMMIT");
    EXPECT_EQ(answers(store_grouped("add_ticket_source", {"name=a&is_default=Y", "name=b&is_default=Y"})),
              (Codes{"10", "11"}));
}

TEST_F(GroupOfAdds, SharesWhereGaleraIsOff) {
    connection.expect(galera).row({"wsrep_on", "OFF"});
    connection.expect(pair_insert, {"a", "b"}).finds(2);
    connection.expect(numbers).row({10U, 1U});
    EXPECT_EQ(answers(store_grouped("add_category", queries_)), (Codes{"10", "11"}));
}

TEST_F(GroupOfAdds, StandsApartOnGalera) {
    connection.expect(galera).row({"wsrep_on", "ON"});
    connection.expect(question(0) + " UNION ALL " + question(1), {"a", "b"})
        .row({0U, nullptr, nullptr})
        .row({1U, nullptr, nullptr});
    connection.expect(galera).row({"wsrep_on", "ON"});
    expect_added("a", 10U);
    expect_added("b", 14U);
    EXPECT_EQ(answers(store_grouped("add_category", queries_)), (Codes{"10", "14"}));
}

TEST_F(GroupOfAdds, NeedsNoNumbersOfRecordsThatAreAnsweredByName) {
    Row values = customer_values("a");
    const Row second = customer_values("b");
    values.insert(values.end(), second.begin(), second.end());
    connection.expect(customer_insert(first_portal, 2), values).finds(2);
    EXPECT_EQ(answers(store_grouped("add_customer", {"cid=a", "cid=b"})), (Codes{"a", "b"}));
}

TEST_F(GroupOfAdds, OfRecordsWithoutANameIsOneStatement) {
    connection.expect(galera);
    connection.expect("INSERT INTO `entries` (`title`) VALUES (?), (?)", {"a", "a"}).finds(2);
    connection.expect(numbers).row({10U, 1U});
    EXPECT_EQ(answers(store_grouped(action_of(entries(), verbs::add), {"title=a", "title=a"})),
              (Codes{"10", "11"}));
}

TEST_F(GroupOfAdds, WithATakenNameAsksWhichItIs) {
    connection.expect(galera);
    connection.expect(pair_insert, {"a", "b"}).fails(1062);
    expect_the_second_alone();
    EXPECT_EQ(answers(store_grouped("add_category", queries_)), (Codes{"already_exists", "7"}));
}

TEST_F(GroupOfAdds, ThatLosesItsConnectionLeavesAllInDoubt) {
    connection.expect(galera);
    connection.expect(pair_insert, {"a", "b"}).fails(2013);
    EXPECT_EQ(answers(store_grouped("add_category", queries_)),
              (Codes{"outcome_unknown", "outcome_unknown"}));
}

TEST_F(GroupOfAdds, WhoseNumbersAreRefusedIsNotAddedAgain) {
    for (const int error : {1461, 1317, 1969, 1205}) {
        connection.expect(galera);
        connection.expect("INSERT INTO `entries` (`title`) VALUES (?), (?)", {"a", "a"}).finds(2);
        connection.expect(numbers).fails(error);
        EXPECT_EQ(answers(store_grouped(action_of(entries(), verbs::add), {"title=a", "title=a"})),
                  (Codes{"outcome_unknown", "outcome_unknown"}))
            << error;
    }
}

TEST_F(GroupOfAdds, ThatLosesItsConnectionBeforeTheStatementIsTriedAgain) {
    connection.expect(galera).fails(2013);
    connection.expect(galera).fails(2013);
    EXPECT_EQ(answers(store_grouped("add_category", queries_)),
              (Codes{"database_unavailable", "database_unavailable"}));
}

TEST_F(GroupOfAdds, IsMadeOfPowersOfTwo) {
    connection.expect(galera);
    connection.expect(pair_insert, {"a", "b"}).finds(2);
    connection.expect(numbers).row({10U, 1U});
    expect_added("c", 12U);
    EXPECT_EQ(answers(store_grouped("add_category", {"name=a", "name=b", "name=c"})),
              (Codes{"10", "11", "12"}));
}

TEST_F(GroupOfAdds, HasNoMoreThan32Writes) {
    std::vector<std::string> queries;
    std::string marks;
    Row names;
    for (std::size_t i = 0; i <= most_grouped; ++i) {
        const std::string name = "c" + std::to_string(i);
        queries.push_back("name=" + name);
        if (i == most_grouped)
            break;
        marks += i == 0 ? "(?)" : ", (?)";
        names.emplace_back(name);
    }
    connection.expect(galera);
    connection.expect("INSERT INTO `categories` (`name`) VALUES " + marks, names).finds(most_grouped);
    connection.expect(numbers).row({1U, 1U});
    expect_added("c32", 33U);
    const Codes all = answers(store_grouped("add_category", queries));
    EXPECT_EQ(all.front(), "1");
    EXPECT_EQ(all[31], "32");
    EXPECT_EQ(all[32], "33");
}

// Companies whose portals are named in the same way.
class GroupWithReferences : public DbTest {
  protected:
    static std::string question(int place) {
        return "SELECT " + std::to_string(place) +
               ", record.id, record.`name`, COALESCE((SELECT id FROM `portals` WHERE `id` = ?)) FROM (SELECT "
               "1) AS "
               "one LEFT JOIN `companies` AS record ON record.`name` = ?";
    }
    static std::string insert(const std::vector<std::string>& portals) {
        std::string rows;
        for (const std::string& portal : portals)
            rows += (rows.empty() ? "(" : ", (") + std::string("?, ?, ?, ?, ?, ?, ?, ?, ") + portal + ")";
        return "INSERT INTO `companies` (`name`, `address`, `city`, `state`, `zip`, `country`, `phone`, "
               "`email`, "
               "`portal_id`) VALUES " +
               rows;
    }
    const std::string locked_ = "COALESCE((SELECT id FROM `portals` WHERE id = ? LOCK IN SHARE MODE), 0)";
};

TEST_F(GroupWithReferences, AsksForAllOfThemWithOneStatement) {
    connection.expect(question(0) + " UNION ALL " + question(1), {3U, "a", 4U, "b"})
        .row({0U, nullptr, nullptr, 3U})
        .row({1U, nullptr, nullptr, 4U});
    connection.expect(galera);
    connection
        .expect(insert({locked_, locked_}),
                {"a", "x", "", "", "", "", "", "", 3U, "b", "y", "", "", "", "", "", "", 4U})
        .finds(2);
    connection.expect(numbers).row({10U, 1U});
    EXPECT_EQ(
        answers(store_grouped("add_company", {"name=a&address=x&portal=3", "name=b&address=y&portal=4"})),
        (Codes{"10", "11"}));
}

TEST_F(GroupWithReferences, LeavesOutAnUnknownOne) {
    connection.expect(question(0) + " UNION ALL " + question(1), {3U, "a", 4U, "b"})
        .row({0U, nullptr, nullptr, nullptr})
        .row({1U, nullptr, nullptr, 4U});
    connection.expect(question(0), {4U, "b"}).row({0U, nullptr, nullptr, 4U});
    connection.expect(insert({locked_}), {"b", "y", "", "", "", "", "", "", 4U});
    connection.expect("SELECT LAST_INSERT_ID()").row({7U});
    EXPECT_EQ(
        answers(store_grouped("add_company", {"name=a&address=x&portal=3", "name=b&address=y&portal=4"})),
        (Codes{"unknown_portal", "7"}));
}

TEST_F(GroupWithReferences, SharesNothingWithAWriteThatHasNone) {
    connection.expect(insert({"?"}), {"b", "y", "", "", "", "", "", "", nullptr});
    connection.expect("SELECT LAST_INSERT_ID()").row({7U});
    connection.expect(question(0), {3U, "a"}).row({0U, nullptr, nullptr, 3U});
    connection.expect(insert({locked_}), {"a", "x", "", "", "", "", "", "", 3U});
    connection.expect("SELECT LAST_INSERT_ID()").row({8U});
    EXPECT_EQ(answers(store_grouped("add_company", {"name=a&address=x&portal=3", "name=b&address=y"})),
              (Codes{"8", "7"}));
}

}  // namespace
}  // namespace helpdesk::db
