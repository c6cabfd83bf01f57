// Tests how the database layer carries out rules, with answers made up here.
#include "db/rules.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "db/plan.h"
#include "model/validate.h"
#include "request/check.h"
#include "test_resource.h"

namespace helpdesk {
namespace {

using db::Rows;
using db::WritePlan;

const Action& action(const Resource& resource, const Verb& verb) {
    static const std::vector<Action> tickets = actions_of(ruled::tickets());
    static const std::vector<Action> statuses = actions_of(ruled::statuses());
    const std::vector<Action>& all = &resource == &ruled::tickets() ? tickets : statuses;
    return *std::find_if(all.begin(), all.end(), [&](const Action& one) { return &one.verb == &verb; });
}

Write write(const Resource& resource, const Verb& verb, std::string_view query) {
    Variables variables;
    decode_form(query, variables);
    Problems problems;
    Write write = check(action(resource, verb), variables, {}, problems);
    EXPECT_TRUE(problems.empty());
    return write;
}

Write add(std::string_view query) {
    return write(ruled::tickets(), verbs::add, query);
}

Write update(std::string_view query) {
    return write(ruled::tickets(), verbs::update, query);
}

// One row, whose values stand in the order of its columns.
class Row : public Rows {
  public:
    explicit Row(std::vector<MaybeText> values) : values_(std::move(values)) {}

    bool next() override { return true; }
    bool is_null(unsigned column) const override { return !values_.at(column - 1); }
    std::string text(unsigned column) const override { return values_.at(column - 1).value_or(""); }
    std::uint64_t number(unsigned column) const override {
        return is_null(column) ? 0 : std::stoull(text(column));
    }

  private:
    std::vector<MaybeText> values_;
};

constexpr const char* now = "2024-01-02 03:04:05";

const Value& value_of(const WritePlan& plan, std::string_view name) {
    return *plan.value_after(*plan.resource().find(name));
}

TEST(Rules, OfTheTrialContradictNothing) {
    for (const Resource* resource : ruled::all)
        EXPECT_EQ(validate(*resource), std::vector<std::string>{});
}

TEST(Rules, AddNothingToWritesThatTheyDoNotApplyTo) {
    const Write plain = write(ruled::statuses(), verbs::update, "id=1&closed=Y");
    const WritePlan plan(plain);
    EXPECT_TRUE(plan.rules().empty());
    EXPECT_TRUE(plan.can_share());
    EXPECT_FALSE(plan.needs_transaction());
}

TEST(Rules, LetAddsShareAndUpdatesLockTheirRecord) {
    const Write added = add("owner=acme&status=New");
    WritePlan plan(added);
    EXPECT_TRUE(plan.can_share());
    EXPECT_TRUE(plan.needs_transaction());
    EXPECT_EQ(plan.question(0).sql.find("LOCK"), std::string::npos);
    EXPECT_EQ(plan.question(0).sql.find("FOR UPDATE"), std::string::npos);

    const Write updated = update("tid=7&subject=x");
    WritePlan changing(updated);
    EXPECT_FALSE(changing.can_share());
    EXPECT_NE(changing.question(0).sql.find("FOR UPDATE"), std::string::npos);
}

TEST(Rules, ReadWhatTheyNeedWithTheQuestion) {
    const Write added = add("owner=acme&status=New");
    WritePlan plan(added);
    const std::string sql = plan.question(0).sql;
    EXPECT_NE(sql.find("(SELECT CAST(`contact` AS CHAR) FROM `trial_owners` WHERE id = "), std::string::npos);
    EXPECT_NE(sql.find("(SELECT CAST(`closed` AS CHAR) FROM `trial_statuses` WHERE id = "),
              std::string::npos);
    EXPECT_NE(sql.find("CAST(NOW() AS CHAR)"), std::string::npos);
}

// The columns: number, ID, the IDs of owner and status, now, and then what the rules read: the owner's
// contact and the status's flag, the owner's support.
TEST(Rules, FillValues) {
    const Write added = add("owner=acme&status=Closed");
    WritePlan plan(added);
    plan.question(0);
    plan.apply_answer(Row({"0", std::nullopt, "3", "2", now, "Ann", "Y", "Y"}));
    EXPECT_TRUE(plan.problems.empty());
    EXPECT_EQ(value_of(plan, "contact").text, "Ann");
    EXPECT_EQ(value_of(plan, "close_date").text, now);
}

TEST(Rules, LeaveWhatTheCallGives) {
    const Write added = add("owner=acme&status=New&contact=Zoe&close_date=2020-01-01");
    WritePlan plan(added);
    plan.question(0);
    plan.apply_answer(Row({"0", std::nullopt, "3", "2", now, "Ann", "N", "Y"}));
    EXPECT_EQ(value_of(plan, "contact").text, "Zoe");
    EXPECT_EQ(value_of(plan, "close_date").text, std::nullopt);
}

TEST(Rules, FillAnewWhenTheQuestionIsAskedAgain) {
    const Write added = add("owner=acme&status=Closed");
    WritePlan plan(added);
    plan.question(0);
    plan.apply_answer(Row({"0", std::nullopt, "3", "2", now, "Ann", "Y", "Y"}));
    plan.question(0);
    plan.apply_answer(Row({"0", std::nullopt, "3", "2", "2024-01-02 03:04:06", "Amy", "Y", "Y"}));
    EXPECT_EQ(value_of(plan, "contact").text, "Amy");
    EXPECT_EQ(value_of(plan, "close_date").text, "2024-01-02 03:04:06");
}

TEST(Rules, Forbid) {
    const Write added = add("owner=old");
    WritePlan plan(added);
    plan.question(0);
    // Without a status in the call, none is read.
    plan.apply_answer(Row({"0", std::nullopt, "3", "1", now, "Eve", "N"}));
    ASSERT_EQ(plan.problems.size(), 1U);
    EXPECT_EQ(plan.problems.front().code, "support_disabled");
}

TEST(Rules, DoNotSeeARecordThatIsNotThere) {
    const Write updated = update("tid=7&subject=x");
    WritePlan plan(updated);
    plan.question(0);
    std::vector<MaybeText> row(20);
    row[0] = "0";
    row[2] = now;
    plan.apply_answer(Row(row));
    ASSERT_EQ(plan.problems.size(), 1U);
    EXPECT_EQ(plan.problems.front().code, code::not_found);
}

TEST(Rules, CollectWhatIsWrittenBeside) {
    const Write added = add("owner=acme&description=first");
    WritePlan plan(added);
    plan.question(0);
    plan.apply_answer(Row({"0", std::nullopt, "3", "1", now, "Ann", "Y"}));
    plan.record_id = 12;
    plan.rules().collect(plan);
    plan.rules().collect(plan);
    ASSERT_EQ(plan.rules().added.size(), 1U);
    const WritePlan beside(plan.rules().added.front()->write, WritePlan::Of::rule);
    EXPECT_EQ(value_of(beside, "tid").text, "12");
    EXPECT_EQ(value_of(beside, "notes").text, "first");
    EXPECT_EQ(value_of(beside, "date").text, now);
    EXPECT_EQ(value_of(beside, "changes").text, "");
}

TEST(Rules, CollectWhatIsUpdatedFirst) {
    static constexpr Rule update_other = {.on_add = true, .check = [](Change& change) {
                                              change.update(ruled::tickets(), "7", {{"subject", "y"}});
                                          }};
    static constexpr const Rule* rules[] = {&update_other};
    Resource resource = ruled::tickets();
    resource.rules = rules;
    const std::vector<Action> actions = actions_of(resource);
    Variables variables;
    decode_form("owner=acme", variables);
    Problems problems;
    Write added = check(actions.front(), variables, {}, problems);
    added.key_name = "crm";
    WritePlan plan(added);
    plan.question(0);
    EXPECT_FALSE(plan.updates_first());
    plan.apply_answer(Row({"0", std::nullopt, "3", "1", now}));
    EXPECT_TRUE(plan.updates_first());
    EXPECT_TRUE(plan.can_share());
    const Write& first = plan.rules().updated_first.front()->write;
    EXPECT_EQ(first.id, 7U);
    EXPECT_EQ(first.key_name, "crm");
    ASSERT_EQ(first.values.size(), 1U);
    EXPECT_EQ(first.values.front().text, "y");
    const WritePlan other(first);
    EXPECT_TRUE(other.updating());
    EXPECT_FALSE(other.rules().empty());
}

// Carries out a resource's only rule.
class RuleThatIsWrong : public testing::Test {
  protected:
    void expect_refusal(const Rule& rule) {
        const Rule* const rules[] = {&rule};
        Resource resource = ruled::tickets();
        resource.rules = rules;
        const std::vector<Action> actions = actions_of(resource);
        Variables variables;
        decode_form("tid=1&subject=x", variables);
        Problems problems;
        const Write write = check(actions.at(1), variables, {}, problems);
        EXPECT_THROW(
            {
                WritePlan plan(write);
                plan.question(0);
                plan.apply_answer(Row({"0", "1", now, "old"}));
                plan.rules().collect(plan);
            },
            std::logic_error);
    }
};

TEST_F(RuleThatIsWrong, ThrowsForAValueThatItDoesNotRead) {
    expect_refusal({.on_update = true, .fill = [](Change& change) { change.before("contact"); }});
    expect_refusal({.on_update = true, .fill = [](Change& change) { change.referred("owner", "contact"); }});
}

TEST_F(RuleThatIsWrong, ThrowsForAVariableThatDoesNotExist) {
    expect_refusal({.on_update = true, .fill = [](Change& change) { change.after("colour"); }});
    expect_refusal({.on_update = true, .reads = {"colour"}, .fill = [](Change& /*change*/) {}});
}

TEST_F(RuleThatIsWrong, ThrowsForWhatAnotherOfItsFunctionsMayDo) {
    expect_refusal({.on_update = true, .reads = {"subject"}, .prepare = [](Change& change) {
                        change.before("subject");
                    }});
    expect_refusal({.on_update = true, .prepare = [](Change& change) { change.now(); }});
    expect_refusal({.on_update = true, .fill = [](Change& change) {
                        change.forbid({code::in_use, "", ""});
                    }});
    expect_refusal({.on_update = true, .check = [](Change& change) { change.set("subject", "y"); }});
    expect_refusal({.on_update = true, .fill = [](Change& change) { change.refer_to_new("owner", "y"); }});
    expect_refusal({.on_update = true, .fill = [](Change& change) { change.add(ruled::history(), {}); }});
    expect_refusal(
        {.on_update = true, .fill = [](Change& change) { change.change_others("subject", "x", "y"); }});
    expect_refusal({.on_update = true, .fill = [](Change& change) {
                        change.move({.resource = &ruled::history, .variable = "tid"}, "1");
                    }});
    expect_refusal(
        {.on_update = true, .fill = [](Change& change) { change.update(ruled::tickets(), "1", {}); }});
}

TEST_F(RuleThatIsWrong, ThrowsForAnIndexOfWordsThatDoesNotExist) {
    expect_refusal({.on_update = true,
                    .also = [](Change& change) { change.add_words(ruled::history(), "1", "x", false); }});
    expect_refusal(
        {.on_update = true, .also = [](Change& change) { change.renew_words(ruled::history(), "1"); }});
}

}  // namespace
}  // namespace helpdesk
