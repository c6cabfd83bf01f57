// Updates that add the record if there is none.
#include "db/customers.h"
#include "db/db_test.h"

namespace helpdesk::db {
namespace {

constexpr auto contact_update =
    "UPDATE `customers` SET version = version + 1, `contact` = ?, last_updated = SYSDATE() WHERE id IN (?)";

class Upsert : public DbTest {
  protected:
    const std::string add_question_ =
        customer_question(", COALESCE((SELECT id FROM `portals` ORDER BY id LIMIT 1))");

    // The statements up to the INSERT, whose portal is known.
    Expected& expect_add() {
        connection.expect(customer_question(), {"anna"}).row(no_customer());
        connection.expect(add_question_, {"anna"}).row(no_customer({1U}));
        return connection.expect(customer_insert(known_portal), customer_values("anna", "A.", {1U}));
    }
    void expect_update() {
        connection.expect(customer_question(), {"anna"}).row(customer(5U, "Anna"));
        connection.expect(contact_update, {"A.", 5U});
    }
    WriteResult upsert() { return store("upsert_customer", "cid=anna&contact=A."); }
};

TEST_F(Upsert, ChangesARecord) {
    expect_update();
    const WriteResult result = upsert();
    EXPECT_EQ(answer(result), "Anna");
    EXPECT_FALSE(result.added);
}

TEST_F(Upsert, AddsTheRecordThatIsMissing) {
    expect_add();
    const WriteResult result = upsert();
    EXPECT_EQ(answer(result), "anna");
    EXPECT_TRUE(result.added);
}

TEST_F(Upsert, ChangesWhatAnotherAddsInTheMeantime) {
    expect_add().fails(1062);
    expect_update();
    const WriteResult result = upsert();
    EXPECT_EQ(answer(result), "Anna");
    EXPECT_FALSE(result.added);
}

TEST_F(Upsert, GivesUpAfterThreeTries) {
    for (int i = 0; i < most_conflicts; ++i)
        expect_add().fails(1062);
    EXPECT_EQ(answer(upsert()), "already_exists");
}

TEST_F(Upsert, WithAnIfMatchAddsNothing) {
    Write write = checked("upsert_customer", "cid=anna&contact=A.");
    write.if_match = {"*"};
    connection.expect("BEGIN");
    connection.expect(customer_question(", record.version", " FOR UPDATE"), {"anna"})
        .row(no_customer({nullptr}));
    connection.expect("ROLLBACK");
    EXPECT_EQ(answer(store(write)), "not_found");
}

}  // namespace
}  // namespace helpdesk::db
