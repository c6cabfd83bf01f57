// Tests tables whose references contradict themselves, or the resource to which they refer.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "model/finder.h"
#include "model/validate.h"
#include "trial.h"

namespace helpdesk {
namespace {

constexpr std::array secret_variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name"},
    Variable{.name = "pass", .kind = &kinds::password, .column = "password_hash", .secret = true},
    Variable{.name = "notes", .limit = 0, .column = "notes"},
    Variable{.name = "cost", .kind = &kinds::money, .column = "cost"},
};

const Resource& safes() {
    static const Resource resource = with_outputs({.names = {"safe", "safes", "safe", "safe"},
                                                   .table = "safes",
                                                   .variables = secret_variables,
                                                   .selectors = {},
                                                   .versioned = true});
    return resource;
}

// Tickets, whose references contradict nothing. Each test spoils one.
class ValidateReference : public testing::Test {
  protected:
    std::vector<Variable> variables_{trial::tickets().variables.begin(), trial::tickets().variables.end()};
    std::vector<Selector> selectors_{trial::tickets().selectors.begin(), trial::tickets().selectors.end()};
    std::vector<const Verb*> verbs_{trial::tickets().verbs.begin(), trial::tickets().verbs.end()};
    Reference parent_ = *variable("parent").reference;
    Reference topic_ = *variable("topic").reference;
    Reference sub_topic_ = *variable("sub_topic").reference;
    Reference assigned_to_ = *variable("assigned_to").reference;

    void SetUp() override {
        variable("parent").reference = &parent_;
        variable("topic").reference = &topic_;
        variable("sub_topic").reference = &sub_topic_;
        variable("assigned_to").reference = &assigned_to_;
    }

    Variable& variable(std::string_view name) {
        return *std::find_if(variables_.begin(), variables_.end(),
                             [&](const Variable& variable) { return variable.name == name; });
    }

    std::vector<std::string> complaints() {
        Resource tickets = trial::tickets();
        tickets.outputs.clear();
        tickets.variables = variables_;
        tickets.selectors = selectors_;
        tickets.verbs = verbs_;
        return validate(with_outputs(tickets));
    }

    void expect_complaint(const std::string& text) {
        const std::vector<std::string> all = complaints();
        EXPECT_NE(std::find(all.begin(), all.end(), "tickets." + text), all.end())
            << "no complaint: " << text << "\nbut: " << testing::PrintToString(all);
    }
};

TEST_F(ValidateReference, AcceptsSoundOnes) {
    EXPECT_EQ(complaints(), std::vector<std::string>{});
}

TEST_F(ValidateReference, RefusesOneToNoResource) {
    topic_.to = nullptr;
    EXPECT_EQ(complaints(), std::vector<std::string>{"tickets.topic refers to no resource"});
}

TEST_F(ValidateReference, RefusesNamesWhereThereAreNone) {
    parent_.by = Reference::By::id_or_name;
    expect_complaint("parent refers by name to records that have none");
    parent_.by = Reference::By::id;
    parent_.shown = {};
    expect_complaint("parent shows a name, but there is none");
}

TEST_F(ValidateReference, RefusesAColumnThatFindsNoRecord) {
    parent_.column = "subject";
    expect_complaint("parent has a column of names, but refers by ID only");
    assigned_to_.column = "name";
    expect_complaint("assigned_to refers without a scope by a column that is not the identifier's");
    sub_topic_.column = "name";
    expect_complaint("sub_topic refers by a column that no variable has");
}

TEST_F(ValidateReference, RefusesOneThatIsTakenFromWhereItIsNot) {
    topic_.taken_from = "subject";
    expect_complaint("topic is taken from what is no required reference by number");
    topic_.taken_from = "parent";
    topic_.taken = "subject";
    expect_complaint("topic is taken from what is no required reference by number");
    expect_complaint("topic is taken from a record that does not refer to the same resource");
    topic_.taken = "topic";
    expect_complaint("topic is taken from its own table, which one statement cannot read");
}

TEST_F(ValidateReference, RefusesAScopeThatIsNoReference) {
    sub_topic_.within = "subject";
    expect_complaint("sub_topic has a scope that is no reference");
    sub_topic_.within = "room";
    expect_complaint("sub_topic has a scope that is no reference");
}

TEST_F(ValidateReference, RefusesAScopeToWhichRecordsDoNotRefer) {
    sub_topic_.within = "assigned_to";
    expect_complaint("sub_topic refers to records that do not refer to its scope, or more than once");
}

TEST_F(ValidateReference, RefusesARingOfScopes) {
    topic_.within = "sub_topic";
    expect_complaint("topic is its own scope");
    expect_complaint("sub_topic is its own scope");
    sub_topic_.within = "sub_topic";
    expect_complaint("sub_topic is its own scope");
}

TEST_F(ValidateReference, RefusesAScopeInItsOwnTable) {
    parent_.within = "topic";
    expect_complaint("parent refers to its own resource in a scope, which one statement cannot check");
}

TEST_F(ValidateReference, RefusesRingsOnlyInItsOwnTable) {
    parent_.no_rings = true;
    EXPECT_EQ(complaints(), std::vector<std::string>{});
    topic_.no_rings = true;
    expect_complaint("topic has no rings, but leads to another resource");
}

TEST_F(ValidateReference, RefusesADefaultInAScope) {
    sub_topic_.has_default = true;
    expect_complaint("sub_topic has a default, which may not be in its scope");
    sub_topic_.has_default = false;
    sub_topic_.first_if_unknown = true;
    expect_complaint("sub_topic has a default, which may not be in its scope");
}

TEST_F(ValidateReference, RefusesAListInAScope) {
    const ListTable list = {
        .table = "ticket_topics", .owner = "id", .column = "id", .reference = &sub_topic_};
    sub_topic_.by = Reference::By::name;
    variables_.push_back({.name = "topics", .kind = &kinds::name_list, .list = &list});
    expect_complaint("topics has a scope, which is not checked for the rows of a list");
    expect_complaint("topics says what it shows, which a list does not read");
    sub_topic_.no_rings = true;
    expect_complaint("topics has no rings, which is not checked for the rows of a list");
}

TEST_F(ValidateReference, RefusesToShowWhatIsNotThere) {
    assigned_to_.shown = {Shown{"assigned_to", "badge"}};
    expect_complaint("assigned_to shows a column that is not there");
}

TEST_F(ValidateReference, RefusesToShowAColumnInAnotherForm) {
    assigned_to_.shown = {Shown{"assigned_to", "active"}};
    expect_complaint("assigned_to shows a column in another form than its own resource");
    assigned_to_.shown = {Shown{"assigned_to", "id", Form::time}};
    expect_complaint("assigned_to shows a column in another form than its own resource");
}

TEST_F(ValidateReference, RefusesToShowSecretsAndWhatIsReadInPieces) {
    assigned_to_.to = &safes;
    assigned_to_.shown = {Shown{"assigned_to", "password_hash"}};
    expect_complaint("assigned_to shows a secret");
    assigned_to_.shown = {Shown{"assigned_to", "notes"}};
    expect_complaint("assigned_to shows a value without a limit, which is not read beside another record");
    EXPECT_EQ(shown_variable({.name = "cost",
                              .source = Output::Source::reference,
                              .shown = "cost",
                              .variable = &variable("assigned_to")})
                  ->kind,
              &kinds::money);
}

TEST_F(ValidateReference, RefusesTwoOutputsOfOneName) {
    assigned_to_.shown = {Shown{"subject"}};
    expect_complaint("subject is the name of two outputs");
}

TEST_F(ValidateReference, RefusesToExportANameThatMayReadAsAnId) {
    topic_.shown = {Shown{"topic"}};
    verbs_.push_back(&verbs::export_);
    expect_complaint("topic is exported by a name that may read as an ID, but its ID is not shown");
}

TEST_F(ValidateReference, RefusesToLookThroughItAtWhatIsNotThere) {
    static constexpr ListTable labels = {.table = "labels", .owner = "ticket_id", .column = "label"};
    const auto add = [&](Selector selector) { selectors_.push_back(selector); };
    add({.name = "badge", .finder = &finders::equals, .columns = {"badge"}, .through = {"assigned_to"}});
    add({.name = "label", .finder = &finders::equals, .lists = {&labels}, .through = {"assigned_to"}});
    add({.name = "since", .finder = &finders::date_from, .columns = {"uid"}, .through = {"assigned_to"}});
    add({.name = "bosses", .finder = &finders::equals, .columns = {"uid"}, .through = {"subject"}});
    expect_complaint("badge looks at a column that the other resource does not have");
    expect_complaint("label selects by a list of texts, but no variable has it");
    expect_complaint("since selects by the time in a column that has none");
    expect_complaint("bosses goes through a variable that is no reference");
}

}  // namespace
}  // namespace helpdesk
