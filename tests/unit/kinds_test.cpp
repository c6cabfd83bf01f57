// Tests kinds that few tables have.
#include "model/kinds.h"

#include <gtest/gtest.h>

#include <array>

#include "db/plan.h"
#include "model/action.h"
#include "model/validate.h"
#include "model/value.h"
#include "request/check.h"

namespace helpdesk {
namespace {

constexpr std::array<std::string_view, 3> right_values = {"Admin", "User", "Power User"};
constexpr std::array right_synonyms = {Synonym{"Users", "User"}};
constexpr Choices rights = {
    .values = right_values, .by_default = "User", .strict = true, .synonyms = right_synonyms};
constexpr std::array<std::string_view, 3> units = {"Minutes", "Hours", "Days"};
constexpr Choices time_units = {.values = units, .strict = true, .exact = true};
constexpr std::array<std::string_view, 2> y_or_n = {"Y", "N"};
constexpr Choices on = {.values = y_or_n, .by_default = "Y", .strict = true};
constexpr std::array status_variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name"}};

const Resource& statuses() {
    static const Resource resource =
        with_outputs({.names = {.one = "status", .many = "statuses", .element = "status", .noun = "status"},
                      .table = "statuses",
                      .variables = status_variables,
                      .selectors = {}});
    return resource;
}

constexpr Reference status = {.to = &statuses, .has_default = true};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name"},
    Variable{.name = "cost", .kind = &kinds::money, .column = "cost"},
    Variable{.name = "tax_rate", .kind = &kinds::decimal, .column = "tax_rate", .range = {0, 100}},
    Variable{.name = "rows", .kind = &kinds::integer, .column = "rows", .range = {-5, 50}},
    Variable{.name = "date", .kind = &kinds::time, .column = "date"},
    Variable{.name = "rights", .kind = &kinds::choice, .column = "rights", .choices = &rights},
    Variable{.name = "time_unit", .kind = &kinds::choice, .column = "time_unit", .choices = &time_units},
    Variable{.name = "recurring", .kind = &kinds::flag, .column = "recurring"},
    Variable{.name = "billable", .kind = &kinds::flag, .column = "billable", .choices = &on},
    Variable{.name = "status", .kind = &kinds::reference, .column = "status_id", .reference = &status},
    Variable{.name = "article", .limit = 0, .column = "article"},
};
// clang-format on

constexpr std::array test_verbs = {&verbs::add, &verbs::update};

const Resource& jobs() {
    static const Resource resource =
        with_outputs({.names = {.one = "job", .many = "jobs", .element = "job", .noun = "job"},
                      .table = "jobs",
                      .variables = variables,
                      .selectors = {},
                      .versioned = true,
                      .verbs = test_verbs});
    return resource;
}

const Action adding{"add_job", "added_job", verbs::add, jobs(), {}, {}, {}, ""};
const Action updating{"update_job", "updated_job", verbs::update, jobs(), {}, {}, {}, ""};

struct Checked {
    Write write;
    Problems problems;

    // Returns the value as it is stored; "none" is NULL, "unchanged" is no value at all.
    std::string text(std::string_view name) const {
        const Value* value = write.find(*jobs().find(name));
        return value == nullptr ? "unchanged" : value->text.value_or("none");
    }
    std::string code() const { return problems.empty() ? "" : std::string(problems.front().code); }
};

Checked check_call(const Action& action, const std::string& query) {
    Variables input;
    decode_form("name=x&" + query, input);
    Problems problems;
    Write write = check(action, input, {}, problems);
    return {std::move(write), problems};
}
// Returns what is stored of one variable.
std::string stored(const std::string& name, const std::string& value, const Action& action = updating) {
    Variables input;
    input.add("name", "x");
    input.add(name, value);
    Problems problems;
    const Write write = check(action, input, {}, problems);
    if (!problems.empty()) {
        EXPECT_EQ(problems.size(), 1U);
        EXPECT_EQ(problems.front().variable, name);
        return std::string(problems.front().code);
    }
    return write.find(*jobs().find(name))->text.value_or("none");
}

TEST(Kinds, AreConsistent) {
    EXPECT_EQ(validate(jobs()), std::vector<std::string>{});
}

TEST(Kinds, AnAmountIsExact) {
    EXPECT_EQ(stored("cost", "12.5"), "12.5");
    EXPECT_EQ(stored("cost", " -0.0001 "), "-0.0001");
    EXPECT_EQ(stored("cost", "999999999999999.9999"), "999999999999999.9999");
    EXPECT_EQ(stored("cost", "000000000000000000001"),
              "invalid_number");  // more digits than any number needs
    EXPECT_EQ(stored("cost", "1000000000000000"), "out_of_range");
    EXPECT_EQ(stored("cost", "0001000000000000"), "0001000000000000");
    EXPECT_EQ(stored("cost", "0.00001"), "invalid_number");
    EXPECT_EQ(stored("cost", "1e3"), "invalid_number");
    EXPECT_EQ(stored("cost", "1,000"), "invalid_number");
    EXPECT_EQ(stored("cost", "$5"), "invalid_number");
    EXPECT_EQ(stored("cost", ""), "none");
    EXPECT_EQ(check_call(adding, "").text("cost"), "none");
    EXPECT_EQ(check_call(updating, "").text("cost"), "unchanged");
}

TEST(Kinds, ADecimalMayHaveARange) {
    EXPECT_EQ(stored("tax_rate", "100"), "100");
    EXPECT_EQ(stored("tax_rate", "100.0001"), "out_of_range");
    EXPECT_EQ(stored("tax_rate", "-0.0001"), "out_of_range");
    EXPECT_EQ(stored("tax_rate", "-0"), "-0");
}

TEST(Kinds, ADecimalIsShownWithoutTheColumnsZeros) {
    EXPECT_EQ(jobs().find_output("cost")->form, Form::decimal);
    EXPECT_EQ(kinds::money.decimals.least, 2);
    EXPECT_EQ(kinds::decimal.decimals.least, 0);
    EXPECT_EQ(kinds::decimal.decimals.digits, 19);
    EXPECT_EQ(kinds::decimal.decimals.most, 4);
}

TEST(Kinds, AnIntegerHasBounds) {
    EXPECT_EQ(stored("rows", "50"), "50");
    EXPECT_EQ(stored("rows", "-5"), "-5");
    EXPECT_EQ(stored("rows", "+007"), "7");
    EXPECT_EQ(stored("rows", " 3 "), "3");
    EXPECT_EQ(stored("rows", "51"), "out_of_range");
    EXPECT_EQ(stored("rows", "-6"), "out_of_range");
    EXPECT_EQ(stored("rows", "99999999999999999999"), "out_of_range");
    for (const char* text : {"1.0", "1e1", "x", "-", "+-1", "1 2", "0x1"})
        EXPECT_EQ(stored("rows", text), "invalid_number") << text;
    EXPECT_EQ(stored("rows", ""), "none");
    EXPECT_EQ(check_call(adding, "rows=").text("rows"), "none");
}

TEST(Kinds, ATimeIsStoredAsOthersAre) {
    EXPECT_EQ(stored("date", "3/1/2014"), "2014-03-01 00:00:00");
    EXPECT_EQ(stored("date", "2024-02-29T23:59:59+01:00"), "2024-02-29 22:59:59");
    EXPECT_EQ(stored("date", "2/30/2024"), "invalid_date");
    EXPECT_EQ(stored("date", "soon"), "invalid_date");
    EXPECT_EQ(stored("date", ""), "none");
    EXPECT_EQ(check_call(adding, "").text("date"), "none");
    EXPECT_EQ(jobs().find_output("date")->form, Form::time);
}

TEST(Kinds, AStrictChoiceIsNeverGuessed) {
    EXPECT_EQ(stored("rights", "ADMIN"), "Admin");
    EXPECT_EQ(stored("rights", "power user"), "Power User");
    EXPECT_EQ(stored("rights", "users"), "User");
    EXPECT_EQ(stored("rights", "Admn"), "invalid_choice");
    EXPECT_EQ(stored("rights", ""), "invalid_choice");
    EXPECT_EQ(stored("rights", "Admn", adding), "invalid_choice");
    EXPECT_EQ(check_call(adding, "rights=").text("rights"), "User");
    EXPECT_EQ(check_call(adding, "").text("rights"), "User");
}

TEST(Kinds, AChoiceMayCountCase) {
    EXPECT_EQ(stored("time_unit", "Hours"), "Hours");
    EXPECT_EQ(stored("time_unit", "hours"), "invalid_choice");
    EXPECT_EQ(check_call(adding, "").text("time_unit"), "none");
}

TEST(Kinds, AFlagIsYOrN) {
    EXPECT_EQ(stored("recurring", "y"), "Y");
    EXPECT_EQ(stored("recurring", "yes"), "invalid_choice");
    EXPECT_EQ(stored("recurring", ""), "invalid_choice");
    EXPECT_EQ(check_call(adding, "").text("recurring"), "N");
    EXPECT_EQ(check_call(adding, "").text("billable"), "Y");
}

TEST(Kinds, AClosedListHasADefault) {
    const auto question = [](const Action& action, const std::string& query) {
        const Checked checked = check_call(action, query);
        EXPECT_EQ(checked.code(), "");
        return db::WritePlan(checked.write).question(1).sql;
    };
    const std::string by_default =
        "FROM `statuses` ORDER BY is_default = 'Y' DESC, position IS NULL, position, id LIMIT 1";
    EXPECT_NE(question(adding, "").find(by_default), std::string::npos);
    EXPECT_EQ(question(adding, "status=Open").find(by_default), std::string::npos);
    EXPECT_NE(question(adding, "status=Open").find("FROM `statuses` WHERE `name` = ?"), std::string::npos);
    EXPECT_EQ(question(updating, "").find("`statuses`"), std::string::npos);
    EXPECT_EQ(question(updating, "status=").find("`statuses`"), std::string::npos);
}

TEST(Kinds, ATextWithoutALimitIsRead) {
    const std::string text(100'000, 'x');
    EXPECT_EQ(stored("article", text), text);
    EXPECT_EQ(check_call(adding, "").text("article"), "");
}

TEST(Kinds, SayWhatTheyAre) {
    const auto words = [](std::string_view name) {
        const Variable& variable = *jobs().find(name);
        const Description description = variable.kind->describe(variable);
        return description.values + " / " + description.omitted;
    };
    EXPECT_EQ(words("cost"), "a decimal number, at most 4 decimals / none");
    EXPECT_EQ(words("tax_rate"), "a decimal number from 0 to 100, at most 4 decimals / none");
    EXPECT_EQ(words("rows"), "a whole number from -5 to 50 / none");
    EXPECT_EQ(words("time_unit"),
              "`Minutes` or `Hours` or `Days`, in this case; any other value is `invalid_choice` / none");
    EXPECT_EQ(words("rights"),
              "`Admin` or `User` or `Power User`, `Users` for `User`, in any case; any other value is "
              "`invalid_choice` / `User`");
    EXPECT_EQ(words("status"), "the name of a status, otherwise `unknown_status` / the default");
}

TEST(Kinds, RefuseChoicesThatContradictThemselves) {
    static constexpr std::array no_synonyms = {Synonym{"Users", "Guest"}};
    static constexpr Choices bad = {.values = right_values, .by_default = "Boss", .synonyms = no_synonyms};
    std::array spoiled = variables;
    spoiled[5].choices = &bad;
    Resource resource = jobs();
    resource.variables = spoiled;
    EXPECT_EQ(validate(resource),
              (std::vector<std::string>{
                  "jobs.rights has a synonym for no choice of its own",
                  "jobs.rights must have one of its choices as the default unless it is strict"}));
}

}  // namespace
}  // namespace helpdesk
