#include "resources/customer_merge.h"

#include <array>

#include "answer/problem.h"
#include "call/verbs.h"
#include "model/action.h"
#include "model/resource.h"
#include "text.h"

namespace helpdesk {
namespace {

constexpr std::string_view into_cid = "into_cid";

// Whatever else comes to refer to customers needs a row here. What was copied from the first one when a
// ticket was opened stays as it is, and so do the names of authors.
constexpr std::array moved = {
    Belongings{.resource = &tickets, .variable = "cid"},
    Belongings{.resource = &ticket_history, .variable = "cid"},
    Belongings{.resource = &ticket_history, .variable = "former_cid", .shown = false}};

// An address is one value, with its coordinates: parts of two addresses make none. No categories mean all of
// them, so they are not filled.
constexpr std::array<Few<std::string_view, 8>, 7> filled = {
    {{"company"},
     {"contact"},
     {"email"},
     {"phone"},
     {"group"},
     {"notes"},
     {"address", "city", "state", "zip", "country", "latitude", "longitude"}}};

// Tickets keep their contract, which must be one of their customer's.
constexpr std::array joined = {Joined{.variable = "email2", .single = "email"},
                               Joined{.variable = "phone2", .single = "phone"},
                               Joined{.variable = "contracts"}};

void check_merge(Change& change) {
    const MaybeText other = change.referred(into_cid, "id");
    if (other && *other == std::to_string(change.number()))
        change.forbid({code::ring, std::string(into_cid), "is the customer"});
}

void merge_all(Change& change) {
    for (const Belongings& belongings : moved)
        change.move(belongings, change.referred(into_cid, "id").value_or(""));
    change.merge(change.referred(into_cid, "id").value_or(""), change.referred(into_cid, "cid").value_or(""));
}

std::vector<std::string> names_of_merge(const Verb& verb, const Resource& resource) {
    return {std::string(resource.name()->name), std::string(verb.into), std::string(dry_run_variable)};
}

std::string describe_merge(const Action& action) {
    std::string told;
    for (const std::string_view name : outputs_of_merge(*action.resource.merging))
        told.append(", `").append(name).append("`");
    return "`cid`, the customer who is removed, `into_cid`, the one who gets all that is theirs, and "
           "`dry_run` "
           "(`Y`: nothing is changed). Answer: `" +
           action.answer + "`, the `cid` of the other as stored; of a dry run also how many would move" +
           told + ".";
}

std::unique_ptr<Work> begin_merge(const Incoming& in) {
    if (text::is_blank(in.variables.get(in.action.verb.into)))
        in.problems.push_back({code::required, std::string(in.action.verb.into), "is required"});
    return begin_write(in);
}

}  // namespace

const Merging customer_merging = {.moved = moved, .filled = filled, .joined = joined};

const Rule merge_into_customer = {.on_update = true,
                                  .if_given = {into_cid},
                                  .refers = {Referred{into_cid, "id"}, Referred{into_cid, "cid"}},
                                  .check = check_merge,
                                  .also = merge_all};

const Verb merge_customer = {.name = "merge",
                             .answer = "merged",
                             .changes = true,
                             .stores = true,
                             .takes_if_match = true,
                             .takes_long = true,
                             .into = into_cid,
                             .variables = names_of_merge,
                             .about = "Merges a customer into another one, who is the same person.",
                             .describe = describe_merge,
                             .begin = begin_merge};

}  // namespace helpdesk
