#include "resources/customer_erasure.h"

#include <array>

#include "call/erasure.h"
#include "call/verbs.h"
#include "model/action.h"
#include "model/fields.h"
#include "model/resource.h"

namespace helpdesk {
namespace {

// The company, the group and the contracts are the desk's, and stay: colleagues see the company's tickets,
// and the books count them.
constexpr std::array<std::string_view, 10> texts = {"contact", "pass", "email",   "address", "city",
                                                    "state",   "zip",  "country", "phone",   "notes"};
constexpr std::array<std::string_view, 4> others = {"latitude", "longitude", "email2", "phone2"};

void empty(Change& change) {
    change.set("cid", erased_name(customer_erasing, change.number()));
    for (const std::string_view name : texts)
        change.set(name, "");
    for (const std::string_view name : others)
        change.set(name, std::nullopt);
}

std::string describe_erasure(const Action& action) {
    return "`cid`. Answer: `" + action.answer + "`, the `cid` that the customer has from then on, `" +
           std::string(customer_erasing.called) + "` and the ID.";
}

}  // namespace

// Whatever else comes to be about customers, or to be written by them, needs a place here.
const Erasing customer_erasing = {.called = "erased-",
                                  .text = "[erased]",
                                  .texts = texts,
                                  .others = others,
                                  .traces = {.resource = &tickets,
                                             .owner = "cid",
                                             .copied = {"contact", "phone", "email"},
                                             .words = {"subject", "description"},
                                             .unless = "opened_by",
                                             .repeats = "description",
                                             .fields = any_field,
                                             .author = "cid",
                                             .called = "author",
                                             .text = "notes",
                                             .text_words = "words",
                                             .identifier = "message_id",
                                             .addresses = {"from", "to", "cc"},
                                             .changes = "changes",
                                             .former = "former_cid"}};

// A hash of a password cannot be read. It is emptied with the rest.
const Rule erase_person = {.on_erase = true,
                           .reads = {"cid", "contact", "email", "email2", "address", "city", "state", "zip",
                                     "country", "phone", "phone2", "notes", "latitude", "longitude"},
                           .fill = empty,
                           .check =
                               [](Change& change) {
                                   if (change.changed().empty())
                                       change.leave();
                               },
                           .also = [](Change& change) { change.erase_traces(); }};

const Verb erase_customer = {
    .name = "erase",
    .answer = "erased",
    .changes = true,
    .erases = true,
    .takes_if_match = true,
    .takes_long = true,
    .variables = names_of_record,
    .about = "Erases all that says who a customer was, for good; the tickets and their numbers stay.",
    .describe = describe_erasure,
    .begin = begin_erasure};

}  // namespace helpdesk
