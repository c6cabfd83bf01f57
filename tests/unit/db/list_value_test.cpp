// Writes with lists, which take a transaction.
#include "db/customers.h"
#include "db/db_test.h"

namespace helpdesk::db {
namespace {

constexpr auto category_by_name = ", COALESCE((SELECT id FROM `categories` WHERE `name` = ?))";
constexpr auto contract_by_id = ", COALESCE((SELECT id FROM `support_contracts` WHERE `id` = ?))";
constexpr auto only_the_version =
    "UPDATE `customers` SET version = version + 1, last_updated = SYSDATE() WHERE id IN (?)";

class ListValue : public DbTest {
  protected:
    // An update up to where its lists are replaced.
    void expect_update(const std::string& more = "", Row names = {}, const Row& ids = {}) {
        names.emplace_back("anna");
        connection.expect("BEGIN");
        connection.expect(customer_question(more, " FOR UPDATE"), names).row(customer(5U, "Anna", ids));
        connection.expect(only_the_version, {5U});
    }
};

TEST_F(ListValue, OfAnUpdateReplacesTheRowsInPowersOfTwo) {
    expect_update();
    connection.expect("DELETE FROM `customer_phones` WHERE `customer_id` = ?", {5U});
    connection.expect(
        "INSERT INTO `customer_phones` (`customer_id`, position, `phone`) VALUES (?, ?, ?), (?, ?, ?)",
        {5U, 1U, "11", 5U, 2U, "22"});
    connection.expect("INSERT INTO `customer_phones` (`customer_id`, position, `phone`) VALUES (?, ?, ?)",
                      {5U, 3U, "33"});
    connection.expect("COMMIT");
    EXPECT_EQ(answer(store("update_customer", "cid=anna&phone2=11,22,33")), "Anna");
}

TEST_F(ListValue, ThatIsEmptyDeletesTheRows) {
    expect_update();
    connection.expect("DELETE FROM `customer_phones` WHERE `customer_id` = ?", {5U});
    connection.expect("COMMIT");
    EXPECT_EQ(answer(store("update_customer", "cid=anna&phone2=")), "Anna");
}

TEST_F(ListValue, OfAnAddNeedsTheNumber) {
    connection.expect("BEGIN");
    const std::string portal = ", COALESCE((SELECT id FROM `portals` ORDER BY id LIMIT 1))";
    connection.expect(customer_question(portal), {"anna"}).row(no_customer({1U}));
    connection.expect(customer_insert(known_portal), customer_values("anna", "", {1U}));
    connection.expect("SELECT LAST_INSERT_ID()").row({5U});
    connection.expect("INSERT INTO `customer_emails` (`customer_id`, position, `email`) VALUES (?, ?, ?)",
                      {5U, 1U, "a@b.c"});
    connection.expect("COMMIT");
    EXPECT_EQ(answer(store("add_customer", "cid=anna&email2=a@b.c")), "anna");
}

TEST_F(ListValue, OfNamesHasTwoSpellingsOnce) {
    expect_update(std::string(category_by_name) + category_by_name + category_by_name,
                  {"Sales", "Ärger", "Aerger"}, {3U, 4U, 4U});
    connection.expect("DELETE FROM `customer_categories` WHERE `customer_id` = ?", {5U});
    connection.expect(
        "INSERT INTO `customer_categories` (`customer_id`, position, `category_id`) VALUES (?, ?, "
        "?), (?, ?, ?)",
        {5U, 1U, 3U, 5U, 2U, 4U});
    connection.expect("COMMIT");
    EXPECT_EQ(answer(store("update_customer", "cid=anna&selectable_categories=Sales,Ärger,Aerger")), "Anna");
}

TEST_F(ListValue, WithAnUnknownNameChangesNothing) {
    connection.expect("BEGIN");
    connection.expect(customer_question(category_by_name, " FOR UPDATE"), {"Sales", "anna"})
        .row(customer(5U, "Anna", {nullptr}));
    connection.expect("ROLLBACK");
    EXPECT_EQ(answer(store("update_customer", "cid=anna&selectable_categories=Sales")), "unknown_category");
}

TEST_F(ListValue, WithDatesKeepsThoseOfTheRowsThatStay) {
    expect_update(std::string(contract_by_id) + contract_by_id, {8U, 9U}, {8U, 9U});
    connection
        .expect("SELECT `contract_id`, `start_date` FROM `customer_contracts` WHERE `customer_id` = ?", {5U})
        .row({7U, "2020-01-01"})
        .row({9U, "2021-02-03"});
    connection.expect("DELETE FROM `customer_contracts` WHERE `customer_id` = ?", {5U});
    connection.expect(
        "INSERT INTO `customer_contracts` (`customer_id`, position, `contract_id`, `start_date`) "
        "VALUES (?, ?, ?, COALESCE(?, UTC_DATE())), (?, ?, ?, COALESCE(?, UTC_DATE()))",
        {5U, 1U, 8U, nullptr, 5U, 2U, 9U, "2021-02-03"});
    connection.expect("COMMIT");
    EXPECT_EQ(answer(store("update_customer", "cid=anna&contracts=8,9")), "Anna");
}

TEST_F(ListValue, WithNewDatesStoresThem) {
    expect_update(contract_by_id, {8U}, {8U});
    connection.expect("DELETE FROM `customer_contracts` WHERE `customer_id` = ?", {5U});
    connection.expect(
        "INSERT INTO `customer_contracts` (`customer_id`, position, `contract_id`, `start_date`) "
        "VALUES (?, ?, ?, COALESCE(?, UTC_DATE()))",
        {5U, 1U, 8U, "2024-05-06 00:00:00"});
    connection.expect("COMMIT");
    EXPECT_EQ(answer(store("update_customer", "cid=anna&contracts=8&sc_start_dates=5/6/2024")), "Anna");
}

TEST_F(ListValue, OfARecordThatIsGoneIsNotReplaced) {
    connection.expect("BEGIN");
    connection.expect(customer_question("", " FOR UPDATE"), {"anna"}).row(customer(5U, "Anna"));
    connection.expect(only_the_version, {5U}).finds(0);
    connection.expect("ROLLBACK");
    EXPECT_EQ(answer(store("update_customer", "cid=anna&phone2=11")), "not_found");
}

}  // namespace
}  // namespace helpdesk::db
