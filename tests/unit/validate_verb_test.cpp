// Tests what the verbs of a resource need.
#include "desks.h"
#include "model/action.h"
#include "model/erasing.h"
#include "model/merging.h"
#include "resources/customer_erasure.h"
#include "resources/ticket_merge.h"

namespace helpdesk::desks {
namespace {

TEST_F(Validate, RefusesVerbsThatLackWhatTheyNeed) {
    verbs_ = {&verbs::upsert, &verbs::update, &verbs::get, &verbs::get};
    expect_complaint("desks.upsert lacks what it does to a record that exists, or to one that does not");
    expect_complaint("desks.get is listed twice");
    verbs_ = {&verbs::get, &verbs::import_};
    expect_complaint("desks.import takes rows, but there is nothing that they can be");
    verbs_ = {&verbs::verify, &verbs::locate};
    resource_.sign_in = nullptr;
    resource_.place = nullptr;
    expect_complaint("desks.verify checks a password, but nobody can sign in");
    expect_complaint("desks.locate looks up an address, but there is none");
    verbs_ = {&merge_tickets};
    expect_complaint("desks.merge goes into another record, but no reference says which");
    verbs_ = {&erase_customer};
    expect_complaint("desks.erase erases, but nothing says what");
}

TEST_F(Validate, RefusesToEraseWhatIsNotThere) {
    static constexpr std::array<std::string_view, 2> names = {"town", "city"};
    static constexpr Erasing erasing = {.called = "erased-",
                                        .text = "[erased]",
                                        .texts = names,
                                        .others = {},
                                        .traces = {.resource = &tickets,
                                                   .owner = "cid",
                                                   .copied = {"contact"},
                                                   .words = {"subject", "town"},
                                                   .unless = "opened_by",
                                                   .repeats = "overdue",
                                                   .author = "cid",
                                                   .called = "author",
                                                   .text = "notes",
                                                   .text_words = "words",
                                                   .identifier = "message_id",
                                                   .addresses = {"from", "city"},
                                                   .changes = "changes",
                                                   .former = "village"}};
    resource_.erasing = &erasing;
    expect_complaint("desks.town is erased, but is no value of the desk");
    expect_complaint("desks.town is erased, but is no value of the ticket");
    expect_complaint("desks.overdue is erased, but is no value of the ticket");
    expect_complaint("desks.city is erased, but is no value of the history entry");
    expect_complaint("desks.village is erased, but is no value of the history entry");
}

TEST_F(Validate, RefusesToMergeWhatIsNotThere) {
    static constexpr std::array<Few<std::string_view, 8>, 1> filled = {{{"town", "pass"}}};
    static constexpr std::array joined = {Joined{.variable = "city", .single = "village"}};
    static constexpr Merging merging = {.moved = {}, .filled = filled, .joined = joined};
    resource_.merging = &merging;
    resource_.timestamps = false;
    expect_complaint("desks is merged, but has no time of a change");
    expect_complaint("desks.town is taken over by a merge, but is no value of the record");
    expect_complaint("desks.pass is taken over by a merge, but is no value of the record");
    expect_complaint("desks.city is joined by a merge, but is no list");
    expect_complaint("desks.village is taken over by a merge, but is no value of the record");
}

}  // namespace
}  // namespace helpdesk::desks
