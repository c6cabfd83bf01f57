// Writes whose values name rows of other tables.
#include "db/customers.h"
#include "db/db_test.h"

namespace helpdesk::db {
namespace {

constexpr auto portal_by_id = "COALESCE((SELECT id FROM `portals` WHERE `id` = ?))";
constexpr auto company_by_name = "COALESCE((SELECT id FROM `companies` WHERE `name` = ?))";

class ReferenceTest : public DbTest {
  protected:
    const std::string company_question_ =
        "SELECT 0, record.id, record.`name`, " + std::string(portal_by_id) +
        " FROM (SELECT 1) AS one LEFT JOIN `companies` AS record ON record.`name` = ?";
    const std::string company_insert_ =
        "INSERT INTO `companies` (`name`, `address`, `city`, `state`, `zip`, `country`, `phone`, `email`, "
        "`portal_id`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ";
    static Row company(Parameter portal) {
        return {"Acme", "1 Main St", "", "", "", "", "", "", std::move(portal)};
    }
};

TEST_F(ReferenceTest, IsAskedForFirstAndLockedByTheStatementThatStoresIt) {
    connection.expect(company_question_, {3U, "Acme"}).row({0U, nullptr, nullptr, 3U});
    connection.expect(
        company_insert_ + "COALESCE((SELECT id FROM `portals` WHERE id = ? LOCK IN SHARE MODE), 0))",
        company(3U));
    connection.expect("SELECT LAST_INSERT_ID()").row({7U});
    EXPECT_EQ(answer(store("add_company", "name=Acme&address=1 Main St&portal=3")), "7");
}

TEST_F(ReferenceTest, ToNothingNeedsNoQuestion) {
    connection.expect(company_insert_ + "?)", company(nullptr));
    connection.expect("SELECT LAST_INSERT_ID()").row({7U});
    EXPECT_EQ(answer(store("add_company", "name=Acme&address=1 Main St")), "7");
}

TEST_F(ReferenceTest, ToARowThatIsNotThereIsAProblemBesideTheOthers) {
    connection.expect(company_question_, {3U, "Acme"}).row({0U, 9U, "ACME", nullptr});
    const WriteResult result = store("add_company", "name=Acme&address=1 Main St&portal=3");
    EXPECT_EQ(answer(result), "already_exists unknown_portal");
    EXPECT_EQ(result.problems.back().variable, "portal");
    EXPECT_EQ(result.problems.back().text, "no portal has the ID 3");
}

TEST_F(ReferenceTest, ToARowThatIsDeletedInTheMeantimeIsAskedForAgain) {
    connection.expect(company_question_, {3U, "Acme"}).row({0U, nullptr, nullptr, 3U});
    connection
        .expect(company_insert_ + "COALESCE((SELECT id FROM `portals` WHERE id = ? LOCK IN SHARE MODE), 0))",
                company(3U))
        .fails(1452);
    connection.expect(company_question_, {3U, "Acme"}).row({0U, nullptr, nullptr, nullptr});
    EXPECT_EQ(answer(store("add_company", "name=Acme&address=1 Main St&portal=3")), "unknown_portal");
}

TEST_F(ReferenceTest, ByNumberOrNameTriesBoth) {
    const std::string group =
        ", COALESCE((SELECT id FROM `customer_groups` WHERE `id` = ?), (SELECT id FROM `customer_groups` "
        "WHERE "
        "`name` = ?))";
    connection.expect(customer_question(group), {12U, "12", "anna"}).row(customer(5U, "Anna", {2U}));
    connection.expect(
        "UPDATE `customers` SET version = version + 1, `group_id` = COALESCE((SELECT id FROM "
        "`customer_groups` WHERE id = ? LOCK IN SHARE MODE), 0), last_updated = SYSDATE() WHERE id "
        "IN (?)",
        {2U, 5U});
    EXPECT_EQ(answer(store("update_customer", "cid=anna&group=12")), "Anna");
}

TEST_F(ReferenceTest, WithAFirstRowNeedsNoQuestionOfAnAdd) {
    connection.expect(customer_insert(), customer_values("anna"));
    EXPECT_EQ(answer(store("add_customer", "cid=anna")), "anna");
}

TEST_F(ReferenceTest, ToANewRowMakesIt) {
    connection.expect("BEGIN");
    connection.expect(customer_question(", " + std::string(company_by_name), " FOR UPDATE"), {"Acme", "anna"})
        .row(customer(5U, "Anna", {nullptr}));
    connection.expect(
        "INSERT INTO `companies` (`name`) VALUES (?) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)",
        {"Acme"});
    connection.expect("SELECT LAST_INSERT_ID()").row({8U});
    connection.expect(
        "UPDATE `customers` SET version = version + 1, `company_id` = COALESCE((SELECT id FROM "
        "`companies` WHERE id = ? LOCK IN SHARE MODE), 0), last_updated = SYSDATE() WHERE id IN (?)",
        {8U, 5U});
    connection.expect("COMMIT");
    EXPECT_EQ(answer(store("update_customer", "cid=anna&company=create_new&new_company=Acme")), "Anna");
}

TEST_F(ReferenceTest, ToANewRowTakesTheOneThatIsThere) {
    connection.expect("BEGIN");
    connection.expect(customer_question(", " + std::string(company_by_name), " FOR UPDATE"), {"Acme", "anna"})
        .row(customer(5U, "Anna", {4U}));
    connection.expect(
        "UPDATE `customers` SET version = version + 1, `company_id` = COALESCE((SELECT id FROM "
        "`companies` WHERE id = ? LOCK IN SHARE MODE), 0), last_updated = SYSDATE() WHERE id IN (?)",
        {4U, 5U});
    connection.expect("COMMIT");
    EXPECT_EQ(answer(store("update_customer", "cid=anna&company=create_new&new_company=Acme")), "Anna");
}

}  // namespace
}  // namespace helpdesk::db
