// Tests the names and numbers by which records are known.
#include "desks.h"

namespace helpdesk::desks {
namespace {

TEST_F(Validate, RefusesTwoIdentifiers) {
    variable("city").kind = &kinds::identifier;
    expect_complaint("desks has two identifiers");
}

// A record without a name is known by its number.
class ValidateWithoutName : public Validate {
  protected:
    ValidateWithoutName() {
        remove_variable("name");
        remove_selector("name");
        remove_selector("after_name");
        resource_.key = {};
        resource_.sign_in = nullptr;
        verbs_ = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get, &verbs::locate};
    }
};

TEST_F(ValidateWithoutName, AcceptsASoundTable) {
    EXPECT_EQ(complaints(), std::vector<std::string>{});
}

TEST_F(ValidateWithoutName, RefusesARecordThatNothingFinds) {
    resource_.key.variable = "";
    expect_complaint("desks has records that neither a number nor a name finds");
}

TEST_F(ValidateWithoutName, RefusesToAnswerWithIt) {
    resource_.key.answered = false;
    expect_complaint("desks answers a write with a name, but has none");
}

TEST_F(ValidateWithoutName, RefusesToChangeIt) {
    resource_.renamed_by = "new_name";
    expect_complaint("desks changes a name, but has none");
}

TEST_F(ValidateWithoutName, RefusesAUniqueVariableThatIsNotThere) {
    resource_.unique = "name";
    expect_complaint("desks has a unique variable that is not there");
}

TEST_F(Validate, RefusesAUniqueVariableBesideAName) {
    resource_.unique = "city";
    expect_complaint("desks says what is unique besides its name");
}

TEST_F(ValidateWithoutName, RefusesToImportByIt) {
    verbs_.push_back(&verbs::import_);
    expect_complaint("desks.import takes rows, which name records, but they have no names");
}

TEST_F(ValidateWithoutName, RefusesToSignInByIt) {
    resource_.sign_in = &sign_in;
    expect_complaint("desks can be signed in to by name, but has none");
}

TEST_F(Validate, RefusesToSignInWhereAWriteAnswersWithTheNumber) {
    resource_.key.answered = true;
    expect_complaint("desks can be signed in to by name, but a write does not answer with it");
}

TEST_F(Validate, RefusesAnImportOfRecordsKnownById) {
    resource_.key.variable = "id";
    expect_complaint("desks.import takes rows, which cannot name a record that is known by ID");
}

TEST_F(Validate, RefusesAnUpsertOfRecordsKnownById) {
    resource_.key.variable = "id";
    expect_complaint("desks.upsert may add a record, which a client cannot name by ID");
}

}  // namespace
}  // namespace helpdesk::desks
