#include "request/check.h"

#include <gtest/gtest.h>

#include <set>

namespace helpdesk {
namespace {

using Codes = std::vector<std::pair<std::string, std::string>>;

struct Checked {
    Write write;
    Codes codes;

    const Value* find(std::string_view name) const {
        for (const Value& value : write.values)
            if (value.variable->name == name)
                return &value;
        return nullptr;
    }
};

Checked check_call(std::string_view action, std::string_view query, bool check_email = false) {
    Variables variables;
    decode_form(query, variables);
    Problems problems;
    Checked result{check(*find_action(action), variables, {.check_email = check_email}, problems), {}};
    for (const Problem& problem : problems)
        result.codes.emplace_back(problem.variable, problem.code);
    return result;
}

Checked add(std::string_view query) {
    return check_call("add_customer", query);
}
Checked update(std::string_view query) {
    return check_call("update_customer", query);
}

TEST(CustomersTable, HasThe28VariablesOfTheOriginalWebService) {
    std::set<std::string_view> names;
    for (const Variable& variable : customers().variables) {
        if (may_be_supplied(variable, true)) {
            EXPECT_TRUE(names.insert(variable.name).second) << variable.name;
        }
    }
    EXPECT_EQ(names.size(), 28U);
    EXPECT_EQ(customers().name()->name, "cid");
}

TEST(Choice, AnEmptyOneIsNoneWhereARecordChanges) {
    const auto codes = [](const char* action, bool reject) {
        Variables variables;
        decode_form("cid=x&support=&viewable_assets=&chat=n", variables);
        Problems problems;
        check(*find_action(action), variables, {.reject_unknown_choices = reject}, problems);
        Codes codes;
        for (const Problem& problem : problems)
            codes.emplace_back(problem.variable, problem.code);
        return codes;
    };
    const Codes both = {{"support", "invalid_choice"}, {"viewable_assets", "invalid_choice"}};
    EXPECT_EQ(codes("update_customer", true), both);
    EXPECT_EQ(codes("upsert_customer", true), both);
    EXPECT_EQ(codes("add_customer", true), Codes());
    for (const char* action : {"add_customer", "update_customer", "upsert_customer"})
        EXPECT_EQ(codes(action, false), Codes());
}

TEST(SignIn, ANameIsNoLongerThanThoseThatAreStored) {
    for (const std::size_t length : {255U, 256U}) {
        std::string cid;
        for (std::size_t i = 0; i < length; ++i)
            cid += "é";
        Variables variables;
        variables.add("cid", " " + cid + " ");
        variables.add("pass", std::string(300, 'p'));
        Problems problems;
        check_sign_in(*find_action("verify_customer"), variables, problems);
        ASSERT_EQ(problems.size(), length > 255 ? 1U : 0U);
        if (!problems.empty()) {
            EXPECT_EQ(message(problems.front()), "cid: is longer than 255 characters");
        }
    }
}

TEST(Action, CaseDoesNotMatter) {
    EXPECT_EQ(find_action("ADD_Customer")->answer, "added_customer");
    EXPECT_EQ(find_action("drop_customer"), nullptr);
    EXPECT_EQ(find_action(""), nullptr);
}

TEST(Add, FillsInDefaults) {
    const Checked call = add("cid=x");
    EXPECT_TRUE(call.codes.empty());
    EXPECT_EQ(call.find("support")->text, "Y");
    EXPECT_EQ(call.find("chat")->text, "Y");
    EXPECT_EQ(call.find("encrypt")->text, "N");
    EXPECT_EQ(call.find("viewable_assets")->text, "PERSONAL");
    EXPECT_EQ(call.find("city")->text, "");
    EXPECT_EQ(call.find("latitude")->text, std::nullopt);
    EXPECT_EQ(call.find("company")->text, std::nullopt);
}

TEST(Update, TakesOnlyWhatIsSupplied) {
    const Checked call = update("cid=x&city=&support=n&pass=");
    EXPECT_TRUE(call.codes.empty());
    ASSERT_EQ(call.write.values.size(), 2U);
    EXPECT_EQ(call.find("city")->text, "");
    EXPECT_EQ(call.find("support")->text, "N");
}

TEST(Identifier, IsTrimmedAndRequired) {
    EXPECT_EQ(add("cid=%20%C2%A0a+b%09").write.identifier, "a b");
    EXPECT_EQ(add("contact=x").codes, (Codes{{"cid", "required"}}));
    EXPECT_EQ(add("cid=++").codes, (Codes{{"cid", "required"}}));
}

TEST(Identifier, HasALimitUnderItsNewNameToo) {
    const std::string longest(255, 'n');
    EXPECT_EQ(add("cid=" + longest).codes, Codes());
    EXPECT_EQ(add("cid=n" + longest).codes, (Codes{{"cid", "too_long"}}));
    EXPECT_EQ(check_call("update_portal", "id=1&new_name=" + longest).codes, Codes());
    EXPECT_EQ(check_call("update_portal", "id=1&new_name=n" + longest).codes,
              (Codes{{"new_name", "too_long"}}));
}

TEST(Identifier, NeedsAVisibleCharacter) {
    for (const char* blank :
         {"%E2%80%8B", "%EF%BB%BF", "%C2%AD", "%C2%A0", "%E3%85%A4", "+%E2%80%8B+%EF%BB%BF"}) {
        const std::string text = blank;
        EXPECT_EQ(add("cid=" + text).codes, (Codes{{"cid", "required"}})) << blank;
        EXPECT_EQ(update("cid=" + text).codes, (Codes{{"cid", "required"}})) << blank;
        EXPECT_EQ(check_call("add_portal", "name=" + text).codes, (Codes{{"name", "required"}})) << blank;
        EXPECT_EQ(check_call("update_portal", "id=1&new_name=" + text).codes,
                  (Codes{{"new_name", "required"}}))
            << blank;
        EXPECT_EQ(check_call("add_company", "name=x&address=" + text).codes, (Codes{{"address", "required"}}))
            << blank;
        EXPECT_EQ(add("cid=x&company=create_new&new_company=" + text).codes,
                  (Codes{{"new_company", "required"}}))
            << blank;
        Variables variables;
        decode_form("pass=x&cid=" + text, variables);
        Problems problems;
        check_sign_in(*find_action("verify_customer"), variables, problems);
        ASSERT_EQ(problems.size(), 1U) << blank;
        EXPECT_EQ(problems.front().code, code::required);
    }
    EXPECT_EQ(add("cid=%E2%80%8Ba").write.identifier, "\u200ba");
}

TEST(Limits, CountCharacters) {
    std::string fits;
    for (int i = 0; i < 255; ++i)
        fits += "😀";
    EXPECT_TRUE(add("cid=" + fits + "&city=" + fits).codes.empty());
    EXPECT_EQ(add("cid=x&city=" + fits + "x&zip=" + fits + "x").codes,
              (Codes{{"city", "too_long"}, {"zip", "too_long"}}));
    EXPECT_TRUE(add("cid=x&notes=" + std::string(1000000, 'n')).codes.empty());
}

TEST(Choices, AnythingElseIsTheDefault) {
    const Checked call =
        add("cid=x&support=maybe&chat=n&encrypt=y&viewable_tickets=company&viewable_invoices=all");
    EXPECT_EQ(call.find("support")->text, "Y");
    EXPECT_EQ(call.find("chat")->text, "N");
    EXPECT_EQ(call.find("encrypt")->text, "Y");
    EXPECT_EQ(call.find("viewable_tickets")->text, "COMPANY");
    EXPECT_EQ(call.find("viewable_invoices")->text, "PERSONAL");
    EXPECT_EQ(update("cid=x&support=").find("support")->text, "Y");
}

TEST(Choices, AnythingElseIsAnErrorWhereItIsToBe) {
    const auto problems = [](std::string_view action, std::string_view query) {
        Variables variables;
        decode_form(query, variables);
        Problems problems;
        check(*find_action(action), variables, {.reject_unknown_choices = true}, problems);
        std::vector<std::string> texts;
        for (const Problem& problem : problems)
            texts.push_back(std::string(problem.code) + " " + message(problem));
        return texts;
    };
    const std::vector<std::string> both = {"invalid_choice support: must be Y or N",
                                           "invalid_choice viewable_tickets: must be PERSONAL or COMPANY"};
    for (const char* action : {"add_customer", "update_customer", "upsert_customer"}) {
        EXPECT_EQ(problems(action, "cid=x&support=0&chat=n&viewable_tickets=all&encrypt=Y"), both) << action;
        EXPECT_TRUE(problems(action, "cid=x&viewable_assets=company").empty()) << action;
    }
    EXPECT_EQ(problems("add_support_contract", "name=x&active=false"),
              (std::vector<std::string>{"invalid_choice active: must be Y or N"}));
}

TEST(Coordinates, KeepNineDecimals) {
    const Checked call = add("cid=x&latitude=71.234566789&longitude=-180.000000000");
    EXPECT_TRUE(call.codes.empty());
    EXPECT_EQ(call.find("latitude")->text, "71.234566789");
}

class BadCoordinate : public testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(BadCoordinate, IsRefused) {
    EXPECT_EQ(add(std::string("cid=x&longitude=1&latitude=") + GetParam().first).codes,
              (Codes{{"latitude", GetParam().second}}));
}
INSTANTIATE_TEST_SUITE_P(Coordinates, BadCoordinate,
                         testing::Values(std::pair("north", "invalid_number"),
                                         std::pair("1e1", "invalid_number"),
                                         std::pair("1.0123456789", "invalid_number"),
                                         std::pair(".", "invalid_number"), std::pair("--1", "invalid_number"),
                                         std::pair("90.000000001", "out_of_range"),
                                         std::pair("-91", "out_of_range")));

TEST(Coordinates, StandOrFallTogetherOnAdd) {
    EXPECT_EQ(add("cid=x&latitude=1").codes, (Codes{{"longitude", "incomplete_coordinates"}}));
    EXPECT_EQ(add("cid=x&longitude=1").codes, (Codes{{"latitude", "incomplete_coordinates"}}));
    EXPECT_TRUE(update("cid=x&longitude=1").codes.empty());
}

TEST(Company, NewNameIsReadOnlyWithCreateNew) {
    const std::string too_long(256, 'c');
    EXPECT_TRUE(add("cid=x&company=Acme&new_company=" + too_long).codes.empty());
    EXPECT_EQ(add("cid=x&company=Acme&new_company=Other").find("new_company"), nullptr);
    EXPECT_EQ(add("cid=x&company=create_new&new_company=Other").find("new_company")->text, "Other");
    EXPECT_EQ(add("cid=x&company=create_new&new_company=+Other+").find("new_company")->text, "Other");
    EXPECT_EQ(add("cid=x&company=+Acme+").find("company")->text, "Acme");
    EXPECT_EQ(update("cid=x&company=+").find("company")->text, " ");
    EXPECT_EQ(add("cid=x&company=create_new").codes, (Codes{{"new_company", "required"}}));
    EXPECT_EQ(add("cid=x&company=create_new&new_company=" + too_long).codes,
              (Codes{{"new_company", "too_long"}}));
}

TEST(Contracts, AreIds) {
    EXPECT_EQ(add("cid=x&contracts=1,+02").find("contracts")->items, (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(add("cid=x&contracts=1,gold").codes, (Codes{{"contracts", "invalid_number"}}));
    EXPECT_EQ(add("cid=x&contracts=0").codes, (Codes{{"contracts", "invalid_number"}}));
    EXPECT_EQ(add("cid=x&contracts=1,01").codes, (Codes{{"contracts", "duplicate_value"}}));
}

TEST(StartDates, GoWithContracts) {
    EXPECT_EQ(add("cid=x&contracts=1,2&sc_start_dates=1/2/2024,2024-03-04").find("contracts")->dates,
              (std::vector<std::string>{"2024-01-02 00:00:00", "2024-03-04 00:00:00"}));
    EXPECT_EQ(add("cid=x&contracts=1,2&sc_start_dates=1/2/2024").codes,
              (Codes{{"sc_start_dates", "count_mismatch"}}));
    EXPECT_EQ(add("cid=x&contracts=1&sc_start_dates=soon").codes,
              (Codes{{"sc_start_dates", "invalid_date"}}));
    EXPECT_EQ(add("cid=x&sc_start_dates=1/2/2024").codes, (Codes{{"sc_start_dates", "required"}}));
    EXPECT_EQ(update("cid=x&sc_start_dates=1/2/2024").codes, (Codes{{"sc_start_dates", "required"}}));
}

TEST(TextLists, AreTrimmedAndFolded) {
    EXPECT_EQ(add("cid=x&email2=a@b.c,+A@B.C+,d@e.f").find("email2")->items,
              (std::vector<std::string>{"a@b.c", "d@e.f"}));
    EXPECT_EQ(add("cid=x&phone2=" + std::string(256, '1')).codes, (Codes{{"phone2", "too_long"}}));
    std::string many = "1";
    for (int i = 2; i <= 1001; ++i)
        many += "," + std::to_string(i);
    EXPECT_EQ(add("cid=x&phone2=" + many).codes, (Codes{{"phone2", "too_many_values"}}));
    EXPECT_EQ(add("cid=x&phone2=" + many.substr(0, many.rfind(','))).find("phone2")->items.size(), 1000U);
}

TEST(Email, IsCheckedOnlyWhenAsked) {
    const std::string bad = "cid=x&email=nobody&email2=a@b.c,nowhere";
    EXPECT_TRUE(check_call("add_customer", bad).codes.empty());
    EXPECT_EQ(check_call("add_customer", bad, true).codes,
              (Codes{{"email", "invalid_email"}, {"email2", "invalid_email"}}));
    EXPECT_TRUE(check_call("add_customer", "cid=x&email=a.b@c.example&email2=", true).codes.empty());
}

TEST(Problems, AreReportedAllAtOnce) {
    EXPECT_EQ(add("latitude=x&contracts=y&city=" + std::string(256, 'z')).codes.size(), 5U);
}

TEST(Upsert, IsAnUpdateAndAnAdd) {
    const Checked call = check_call("upsert_customer", "cid=x&city=Rome&contact=");
    EXPECT_TRUE(call.codes.empty());
    EXPECT_EQ(call.write.action->name, "update_customer");
    EXPECT_EQ(call.write.values.size(), 2U);
    EXPECT_EQ(call.find("contact")->text, "");
    ASSERT_NE(call.write.when_missing, nullptr);
    EXPECT_EQ(call.write.when_missing->action->name, "add_customer");
    EXPECT_EQ(call.write.when_missing->identifier, "x");
    EXPECT_GT(call.write.when_missing->values.size(), 20U);
}

TEST(Upsert, TellsOfAProblemOnce) {
    const std::string bad =
        "cid=x&latitude=91&sc_start_dates=1/1/2024&contracts=1,1&email=" + std::string(256, 'e');
    EXPECT_EQ(check_call("upsert_customer", bad).codes, add(bad).codes);
    // What the database would check for an update must be right at once for an upsert.
    EXPECT_EQ(check_call("upsert_customer", "cid=x&latitude=5").codes,
              Codes({{"longitude", "incomplete_coordinates"}}));
    EXPECT_EQ(check_call("upsert_customer", "city=Rome").codes, Codes({{"cid", "required"}}));
}

TEST(Upsert, IsRefusedWhereAnUpdateIs) {
    for (const char* query :
         {"contracts=&sc_start_dates=1/1/2024", "company=create_new", "company=create_new&new_company=+",
          "latitude=x&longitude=1", "contracts=x", "city=\xF0\x9F\x98\x80"}) {
        const std::string call = std::string("cid=x&") + query;
        EXPECT_EQ(check_call("upsert_customer", call).codes.empty(), update(call).codes.empty()) << query;
    }
}

}  // namespace
}  // namespace helpdesk
