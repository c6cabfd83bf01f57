// Tests selectors that contradict themselves or their resource.
#include "desks.h"

namespace helpdesk::desks {
namespace {

TEST_F(Validate, RefusesASelectorWithoutItsColumn) {
    selector("start_date").columns = {};
    expect_complaint("desks.start_date must have a column if its finder compares one, and only then");
}

TEST_F(Validate, RefusesASelectorOnAColumnThatNoVariableHas) {
    selector("label").columns = {"badge"};
    expect_complaint("desks.label selects by a column that no variable has");
}

TEST_F(Validate, RefusesASelectorOnTheDatesOfAList) {
    selector("label").columns = {"given"};
    expect_complaint("desks.label selects by a column that no variable has");
}

TEST_F(Validate, RefusesASelectorOnAListThatNoVariableHas) {
    remove_variable("label2");
    expect_complaint("desks.label selects by a list of texts, but no variable has it");
}

TEST_F(Validate, LooksForNumbersInListsOfIdsAndForTextsInListsOfTexts) {
    selectors_.push_back({.name = "key", .finder = &finders::number, .lists = {&keys}, .many = true});
    EXPECT_EQ(complaints(), std::vector<std::string>{});
    selector("key").lists = {&labels};
    expect_complaint("desks.key selects by a list of IDs, but no variable has it");
    selector("label").lists = {&keys};
    expect_complaint("desks.label selects by a list of texts, but no variable has it");
}

TEST_F(Validate, RefusesNamesInAColumnThatIsNotTheIdentifiers) {
    selector("after_name").columns = {"city"};
    expect_complaint("desks.after_name selects by a column that is not the identifier's");
}

TEST_F(Validate, RefusesADateInAColumnWithoutTimes) {
    selector("start_date").columns = {"city"};
    expect_complaint("desks.start_date selects by the time in a column that has none");
}

TEST_F(Validate, RefusesDatesOfAResourceWithoutTimes) {
    resource_.timestamps = false;
    expect_complaint("desks.start_date selects by the time in a column that has none");
}

TEST_F(Validate, RefusesAWalkWithoutTimes) {
    resource_.timestamps = false;
    expect_complaint("desks.updated_since walks by the time of change, but the resource has none");
}

TEST_F(Validate, RefusesAWalkThatCannotBeContinued) {
    remove_selector("after_id");
    expect_complaint("desks.updated_since walks, but no selector says where a page begins");
}

TEST_F(Validate, RefusesAKeywordWithoutAnIndexOfWords) {
    selectors_.push_back({.name = "keyword", .finder = &finders::keyword, .columns = {"notes"}});
    expect_complaint("desks.keyword looks for words, but not in the two tables of their index");
}

TEST_F(Validate, RefusesAMatchWithoutAKeyword) {
    selectors_.push_back({.name = "keyword_match", .finder = &finders::keyword_match});
    expect_complaint("desks.keyword_match refines a selector that is not there");
}

TEST_F(Validate, RefusesToContinueAWalkThatIsNone) {
    remove_selector("updated_since");
    expect_complaint("desks.after_id continues a walk, but none begins");
}

TEST_F(Validate, RefusesToSelectByCoordinatesThatAreNotThere) {
    resource_.place = nullptr;
    expect_complaint("desks.geocoded selects by coordinates, but there are none");
}

TEST_F(Validate, RefusesAListThatASelectorDoesNotRead) {
    selector("start_date").lists = {&labels};
    expect_complaint("desks.start_date has a list, which its finder does not compare");
}

TEST_F(Validate, RefusesAllOfDates) {
    selector("start_date").all = true;
    expect_complaint("desks.start_date cannot select all, which only IDs and names do");
}

TEST_F(Validate, RefusesSeveralDates) {
    selector("start_date").many = true;
    expect_complaint("desks.start_date cannot select several, which only names do");
}

TEST_F(Validate, RefusesASecondSelectorOfNames) {
    selectors_.push_back({.name = "names", .finder = &finders::name, .columns = {"name"}});
    expect_complaint("desks.names has a finder that only one selector may have");
}

}  // namespace
}  // namespace helpdesk::desks
