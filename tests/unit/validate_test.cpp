#include "desks.h"
#include "model/action.h"

namespace helpdesk::desks {
namespace {

void do_nothing(Change& /*change*/) {}

TEST(Tables, ContradictNothing) {
    EXPECT_EQ(validate(all_resources()), std::vector<std::string>{});
}

TEST(Tables, AreThoseOfAllActions) {
    for (const Action& action : actions())
        EXPECT_EQ(std::count(all_resources().begin(), all_resources().end(), &action.resource), 1)
            << action.name;
}

TEST_F(Validate, AcceptsASoundTable) {
    EXPECT_EQ(complaints(), std::vector<std::string>{});
}

TEST_F(Validate, RefusesATableWithoutVariables) {
    variables_.clear();
    expect_complaint("desks has no variables");
}

TEST_F(Validate, RefusesAResourceWithoutNames) {
    resource_.names.one = "";
    expect_complaint("desks needs a singular and a plural in lower case");
}

TEST_F(Validate, RefusesTwoVariablesOfOneName) {
    variables_.push_back({.name = "city", .column = "town"});
    expect_complaint("desks.city is the name of two variables");
}

TEST_F(Validate, RefusesAVariableThatHidesTheAction) {
    variable("city").name = "action";
    expect_complaint("desks.action is the name of two variables");
}

TEST_F(Validate, RefusesANameWithCapitals) {
    variable("city").name = "City";
    expect_complaint("desks.City is no name in lower case");
}

TEST_F(Validate, RefusesAVariableThatHidesTheIdOfARecord) {
    resource_.key = {};
    variable("city").name = "id";
    expect_complaint("desks.id is the name of two variables");
}

TEST_F(Validate, RefusesTwoSelectorsOfOneName) {
    selectors_.push_back({.name = "start_date", .finder = &finders::date_to, .columns = {"date_added"}});
    expect_complaint("desks.start_date is the name of two selectors");
}

TEST_F(Validate, RefusesASelectorThatHidesPaging) {
    selector("start_date").name = "page";
    expect_complaint("desks.page is the name of two selectors");
}

TEST_F(Validate, RefusesTwoOutputsOfOneName) {
    variable("city").name = "room_id";
    expect_complaint("desks.room_id is the name of two outputs");
}

TEST_F(Validate, RefusesTwoVariablesInOneColumn) {
    variable("city").column = "label";
    expect_complaint("desks.city has the column of another variable");
}

TEST_F(Validate, RefusesARowWithoutItsColumn) {
    variable("city").column = "";
    expect_complaint("desks.city must have a column if its kind is stored in one, and only then");
}

TEST_F(Validate, RefusesAListWithAColumnOfTheRecord) {
    variable("label2").column = "label2";
    expect_complaint("desks.label2 must have a column if its kind is stored in one, and only then");
}

TEST_F(Validate, RefusesAChoiceWithoutChoices) {
    variable("open").choices = nullptr;
    expect_complaint("desks.open must have choices if it is a choice, and only then");
}

TEST_F(Validate, RefusesChoicesThatDifferInCaseOnly) {
    variable("open").choices = &twice;
    expect_complaint("desks.open has a choice that is empty or stands there twice, whatever its case");
}

TEST_F(Validate, RefusesAReferenceToNothing) {
    variable("room").reference = nullptr;
    expect_complaint("desks.room is a reference to nothing");
}

TEST_F(Validate, RefusesAReferenceOfAText) {
    variable("city").reference = &room;
    expect_complaint("desks.city is no reference, but has one");
}

TEST_F(Validate, RefusesAReferenceWithoutACode) {
    variable("room").reference = &without_code;
    expect_complaint("desks.room has no code for what it does not find");
}

TEST_F(Validate, RefusesARequiredReferenceWithADefault) {
    variable("room").reference = &room_or_first;
    variable("room").required = true;
    expect_complaint("desks.room is required although it has a default");
}

TEST_F(Validate, RefusesARuleThatNeverAppliesOrDoesNothing) {
    static constexpr Rule never = {.check = do_nothing};
    static constexpr Rule nothing = {.on_add = true};
    static constexpr std::array rules = {&never, &nothing};
    resource_.rules = rules;
    expect_complaints({"desks has a rule that never applies", "desks has a rule that does nothing"});
}

TEST_F(Validate, RefusesARuleThatFillsValuesOfARecordThatIsRemoved) {
    static constexpr Rule rule = {.on_remove = true, .fill = do_nothing};
    static constexpr std::array rules = {&rule};
    resource_.rules = rules;
    expect_complaint("desks has a rule that fills values of a record that is removed");
}

TEST_F(Validate, RefusesARuleOverWhatIsNotThere) {
    static constexpr Rule rule = {.on_update = true,
                                  .if_given = {"colour"},
                                  .reads = {"label", "size", "pass"},
                                  .refers = {Referred{"room", "floor"}, Referred{"label", "floor"}},
                                  .check = do_nothing};
    static constexpr std::array rules = {&rule};
    resource_.rules = rules;
    expect_complaints({"desks.colour is what a rule waits for, but no variable",
                       "desks.size is read by a rule, but no answer shows it",
                       "desks.pass is read by a rule, but no answer shows it",
                       "desks.label is what a rule follows, but no reference"});
}

TEST_F(Validate, RefusesAListWithoutItsTable) {
    variable("label2").list = nullptr;
    expect_complaint("desks.label2 must have a table of items if it is a list, and only then");
}

TEST_F(Validate, RefusesAListTableWithoutAnOwner) {
    variable("label2").list = &homeless;
    expect_complaint("desks.label2 has a list without a table, an owner or a column");
}

TEST_F(Validate, RefusesAListOfIdsOfNothing) {
    variable("keys").list = &labels;
    expect_complaint(
        "desks.keys must have a list with a reference if its items are IDs or names, and only then");
}

TEST_F(Validate, RefusesAListOfIdsThatRefersByName) {
    variable("keys").list = &rooms_by_name;
    expect_complaint("desks.keys must refer by ID if it is a list of IDs, and only then");
}

TEST_F(Validate, RefusesDatesOfNoList) {
    variable("key_dates").companion = "city";
    expect_complaint("desks.key_dates has dates of no list of rows");
}

TEST_F(Validate, RefusesDatesOfAListOfTexts) {
    variable("key_dates").companion = "label2";
    expect_complaint("desks.key_dates has dates of no list of rows");
}

TEST_F(Validate, RefusesDatesOfAVariableThatIsNotThere) {
    variable("key_dates").companion = "locks";
    expect_complaint("desks.key_dates has dates of no list of rows");
}

TEST_F(Validate, RefusesDatesOfAListThatHasOthers) {
    variables_.push_back(
        {.name = "return_dates", .kind = &kinds::date_list, .column = "returned", .companion = "keys"});
    expect_complaint("desks.return_dates has dates of a list that has others");
}

TEST_F(Validate, RefusesACoordinateWithoutItsCompanion) {
    remove_variable("longitude");
    expect_complaint("desks.latitude is a coordinate without its other one");
}

TEST_F(Validate, RefusesACoordinateThatIsItsOwnCompanion) {
    variable("latitude").companion = "latitude";
    expect_complaint("desks.latitude is a coordinate without its other one");
}

TEST_F(Validate, RefusesACoordinateWithoutARange) {
    variable("latitude").range = {};
    expect_complaint("desks.latitude must have a range if its kind needs one, and only then");
}

TEST_F(Validate, RefusesACompanionThatNobodyReads) {
    variable("city").companion = "label";
    expect_complaint("desks.city has a companion, which its kind does not read");
}

TEST_F(Validate, RefusesCoordinatesWithoutAnAddress) {
    place_.address = {};
    expect_complaint("desks needs both an address and coordinates to be geocoded");
}

TEST_F(Validate, RefusesAnAddressWithoutCoordinates) {
    place_.coordinates = {};
    expect_complaint("desks needs both an address and coordinates to be geocoded");
}

TEST_F(Validate, RefusesAChoiceAsPartOfAnAddress) {
    place_.address = {PlacePart{"city", "city"}, PlacePart{"open", "state"}};
    expect_complaint("desks.open is part of an address, but no text");
}

TEST_F(Validate, RefusesAPlaceOfVariablesThatAreNotThere) {
    place_ = {.coordinates = {PlacePart{"height", "lat"}}, .address = {PlacePart{"town", "city"}}};
    expect_complaint("desks.town is part of an address, but no text");
    expect_complaint("desks.height is a coordinate of a place, but no degrees");
}

TEST_F(Validate, RefusesTextAsACoordinate) {
    place_.coordinates = {PlacePart{"city", "lat"}};
    expect_complaint("desks.city is a coordinate of a place, but no degrees");
}

TEST_F(Validate, RefusesToLookUpAddressesWithoutAPlace) {
    resource_.place = nullptr;
    expect_complaint("desks looks up addresses, but has no place");
}

TEST_F(Validate, RefusesAPasswordThatIsNotSecret) {
    variable("pass").secret = false;
    expect_complaint("desks.pass must be secret if it is a password, and only then: a list shows all others");
}

TEST_F(Validate, RefusesASecretThatAListShows) {
    variable("city").secret = true;
    expect_complaint("desks.city must be secret if it is a password, and only then: a list shows all others");
}

TEST_F(Validate, RefusesFreeTextThatIsNoText) {
    variable("key_dates").free_text = true;
    expect_complaint("desks.key_dates is free text, but has another kind than text");
}

TEST_F(Validate, RefusesARequiredCompanion) {
    variable("key_dates").required = true;
    expect_complaint("desks.key_dates is required, but only read with another variable");
}

TEST_F(Validate, RefusesToRequireWhatNoCallMaySupply) {
    variable("city").supplied = Supplied::never;
    EXPECT_EQ(complaints(), std::vector<std::string>{});
    variable("city").required = true;
    expect_complaint("desks.city is required, but no call may supply it");
}

TEST_F(Validate, RefusesToClearWhatIsNotRequired) {
    variable("city").may_be_cleared = true;
    expect_complaint("desks.city may be cleared, which only what is required needs to say");
    variable("city").required = true;
    EXPECT_EQ(complaints(), std::vector<std::string>{});
}

TEST_F(Validate, RefusesAListFromItsOtherEndThatACallSupplies) {
    ListTable rooms_of = rooms_by_name;
    rooms_of.by_name = true;
    variables_.push_back({.name = "rooms", .kind = &kinds::name_list, .list = &rooms_of});
    expect_complaint(
        "desks.rooms shows another list from its other end, but is no list of names, or is supplied");
    variables_.back().supplied = Supplied::never;
    EXPECT_EQ(complaints(), std::vector<std::string>{});
    rooms_of.reference = &room_by_id;
    variables_.back().kind = &kinds::id_list;
    expect_complaint(
        "desks.rooms shows another list from its other end, but is no list of names, or is supplied");
}

TEST_F(Validate, RefusesAnExportWithoutASelectorThatContinuesIt) {
    remove_selector("after_name");
    expect_complaint("desks.export goes page by page, but there is no selector of the records after one");
}

TEST_F(Validate, RefusesAResourceWithoutVerbs) {
    verbs_.clear();
    expect_complaint("desks has no verbs");
    expect_complaint("desks can be signed in to, but has no verb for it");
}

TEST_F(Validate, RefusesAliasesOfNothing) {
    constexpr std::array of_actions = {Alias{"get_tables", "get_desks"}, Alias{"drop_desk", "remove_desk"},
                                       Alias{"add_desk", "update_desk"}};
    constexpr std::array of_variables = {Alias{"town", "city"}, Alias{"village", "hamlet"}};
    resource_.action_aliases = of_actions;
    resource_.variable_aliases = of_variables;
    expect_complaint("desks.drop_desk is another name of no action, or an action itself");
    expect_complaint("desks.add_desk is another name of no action, or an action itself");
    expect_complaint("desks.village is another name of no variable");
    EXPECT_EQ(complaints().size(), 3U);
}

TEST_F(Validate, RefusesAValueWithoutALimitWithoutVersions) {
    resource_.versioned = false;
    expect_complaint(
        "desks has a value without a limit, which is read in pieces of one version, but no versions");
}

TEST_F(Validate, RefusesToNeedASelectorThatIsNotThere) {
    selectors_.clear();
    resource_.needs_selector = true;
    expect_complaint("desks needs a selector, but has none");
}

TEST_F(Validate, RefusesTwoPasswords) {
    variables_.push_back({.name = "pin", .kind = &kinds::password, .column = "pin", .secret = true});
    expect_complaint("desks has two passwords");
}

TEST_F(Validate, RefusesToSignInWithoutAPassword) {
    remove_variable("pass");
    expect_complaint("desks can be signed in to, but has no password");
}

TEST_F(Validate, RefusesToSignInByWhatIsNoChoice) {
    constexpr SignIn by_city = {.allowed_by = "city", .outputs = sign_in_outputs};
    resource_.sign_in = &by_city;
    expect_complaint("desks.city allows to sign in, but is no choice with Y");
}

TEST_F(Validate, RefusesToSignInByAChoiceWithoutYes) {
    variable("open").choices = &colours;
    expect_complaint("desks.open allows to sign in, but is no choice with Y");
}

TEST_F(Validate, RefusesAnAnswerToASignInThatIsNoOutput) {
    constexpr SignIn secret = {.allowed_by = "open", .outputs = no_outputs};
    resource_.sign_in = &secret;
    expect_complaint("desks.pass is answered to a sign-in, but is no output");
}

TEST_F(Validate, RefusesAReferenceToAResourceThatIsNotThere) {
    const Resource desks = table();
    const std::array<const Resource*, 1> resources = {&desks};
    const std::vector<std::string> all = validate(resources);
    EXPECT_EQ(all, (std::vector<std::string>{"desks.room refers to a resource that is not in the list",
                                             "desks.keys refers to a resource that is not in the list"}));
}

TEST_F(Validate, RefusesTwoResourcesOfOneName) {
    const Resource desks = table();
    const std::array<const Resource*, 2> resources = {&desks, &rooms()};
    EXPECT_EQ(validate(resources), std::vector<std::string>{"desk.desk is the name of another resource"});
}

constexpr std::array<Variable, 2> shelf_variables = {
    {{.name = "name", .kind = &kinds::identifier, .column = "name"},
     {.name = "deleted", .kind = &kinds::flag, .column = "deleted"}}};

// They are kept when they are deleted.
const Resource& shelves() {
    static const Resource resource =
        with_outputs({.names = {.one = "shelf", .many = "shelves", .element = "shelf", .noun = "shelf"},
                      .table = "shelves",
                      .variables = shelf_variables,
                      .selectors = {},
                      .deleted = "deleted",
                      .verbs = room_verbs});
    return resource;
}

TEST_F(Validate, FindsWhatHidesNothing) {
    static constexpr Reference shelf = {.to = &shelves};
    variable("room").reference = &shelf;
    resource_.part_of = "room";
    EXPECT_EQ(complaints(), std::vector<std::string>{});
    variable("room").reference = &room;
    expect_complaint("desks.room is what records belong to, but none that is kept when it is deleted");
    resource_.part_of = "city";
    expect_complaint("desks.city is what records belong to, but none that is kept when it is deleted");
    verbs_.push_back(&verbs::restore);
    verbs_.push_back(&verbs::purge);
    expect_complaint("desks.restore is about records that were deleted, of which none are kept");
    expect_complaint("desks.purge is about records that were deleted, of which none are kept");
}

TEST_F(Validate, FindsAnAddThatCannotBeKnownAgain) {
    resource_.unique_repeats = true;
    expect_complaint("desks knows an add that is sent again by nothing unique");
}

TEST_F(Validate, FindsAnOrderByNothing) {
    resource_.order = "label";
    EXPECT_EQ(complaints(), std::vector<std::string>{});
    resource_.order = "colour";
    expect_complaint("desks.colour is what a list is sorted by, but no output of a column");
}

TEST_F(Validate, FindsPartsOfAnother) {
    resource_.parts = &ticket_history;
    expect_complaint(
        "desks.history are parts that do not say whose they are, or that no selector finds by it");
}

TEST(ValidateParts, KeepsTheirNamesApart) {
    Resource resource = tickets();
    EXPECT_EQ(validate(resource), std::vector<std::string>{});
    std::vector<Variable> variables(resource.variables.begin(), resource.variables.end());
    variables.push_back({.name = "entry_x", .column = "x"});
    variables.push_back({.name = "history", .column = "y"});
    resource.variables = variables;
    const std::vector<std::string> found = validate(resource);
    for (const char* complaint : {"tickets.entry_x may be taken for a variable of a part",
                                  "tickets.history is a list of parts, and the name of a variable"})
        EXPECT_NE(std::find(found.begin(), found.end(), complaint), found.end()) << complaint;
}

TEST_F(Validate, FindsAnIndexOfWordsThatNobodyReads) {
    static constexpr ListTable words = {.table = "desk_words", .owner = "desk_id", .column = "word"};
    static constexpr WordIndex index = {.words = &words, .texts = &words, .sources = {}};
    resource_.word_index = &index;
    expect_complaint("desks has an index of words in which no selector looks");
}

TEST_F(Validate, FindsACountThatACallSupplies) {
    variables_.push_back(
        {.name = "label_count", .kind = &kinds::count, .list = &labels, .supplied = Supplied::never});
    EXPECT_EQ(complaints(), std::vector<std::string>{});
    variable("label_count").supplied = Supplied::always;
    expect_complaint("desks.label_count is a count, which no call can supply");
    variable("label_count").list = nullptr;
    expect_complaint("desks.label_count must have a table of items if it is a list, and only then");
}

TEST_F(Validate, FindsWhatIsOverdueWithoutADeadline) {
    static constexpr Deadline deadline = {
        .time = "date_added", .end = "last_updated", .state = "room_id", .of_state = &room, .closed = "open"};
    variables_.push_back({.name = "late", .kind = &kinds::overdue, .supplied = Supplied::never});
    selectors_.push_back({.name = "late", .finder = &finders::overdue, .columns = {"label"}});
    expect_complaint("desks.late is overdue, but there is no deadline");
    resource_.deadline = &deadline;
    expect_complaint("desks.late asks whether something is overdue in a column that is no deadline");
}

TEST_F(Validate, FindsASwitchOfAnotherThanTheLongText) {
    selectors_.push_back({.name = "notes", .finder = &finders::long_text});
    EXPECT_EQ(complaints(), std::vector<std::string>{});
    selector("notes").name = "city";
    expect_complaint("desks.city must leave out the only text without a limit");
}

TEST_F(Validate, FindsAConditionOnAColumnThatIsNoChoice) {
    selector("label").only_if = "open";
    EXPECT_EQ(complaints(), std::vector<std::string>{});
    selector("label").only_if = "label";
    expect_complaint("desks.label asks for a Y in a column that has none");
}

}  // namespace
}  // namespace helpdesk::desks
