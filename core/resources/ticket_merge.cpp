#include "resources/ticket_merge.h"

#include <array>

#include "answer/problem.h"
#include "call/verbs.h"
#include "json.h"
#include "model/resource.h"
#include "resources/ticket_changes.h"

namespace helpdesk {
namespace {

constexpr std::string_view into_tid = "into_tid";

// These go to the other ticket. Entries of what was changed tell of the ticket that it was changed in, and
// stay there. Whatever else comes to belong to tickets needs a row here.
constexpr std::array moved = {
    Belongings{.resource = &ticket_history, .variable = "tid", .unless = "type", .kept = "S"}};

std::string changes_of_other(const Change& change) {
    const Json changes = json::object();
    json::set(changes, "merged",
              json::array(json::string(""), json::string(std::to_string(change.number()))));
    return dump(changes, JSON_COMPACT);
}

// A list of statuses may have none that is closed. The time alone then tells that the ticket is.
void close(Change& change) {
    change.set("merged_into", change.after(into_tid));
    const MaybeText closed = change.referred("closing_status", "name");
    if (change.referred("status", "closed") != "Y" && closed)
        change.set("status", closed);
    if (!change.after("close_date"))
        change.set("close_date", change.now());
}

bool are_of_one_company(const Change& change) {
    const MaybeText company = change.referred("company", "id");
    return change.referred("cid", "id") == change.referred(into_tid, "customer_id") ||
           (company && company == change.referred(into_tid, "company_id"));
}

void check_merge(Change& change) {
    const MaybeText other = change.referred(into_tid, "id");
    if (!other)
        return;
    if (other == std::to_string(change.number()))
        return change.forbid({code::ring, std::string(into_tid), "is the ticket itself"});
    if (const MaybeText before = change.before("merged_into"))
        change.forbid({code::already_merged, "tid", "was merged into the ticket " + *before + " before"});
    if (const MaybeText next = change.referred(into_tid, "merged_into"))
        change.forbid({code::already_merged, std::string(into_tid), "was merged into the ticket " + *next});
    if (!are_of_one_company(change))
        change.forbid({code::other_customer, std::string(into_tid),
                       "is a ticket of another customer, who is not of the same company"});
}

// Tickets that were merged into the first are from now on merged into the other, so that what comes for them
// finds it at once.
void move_all(Change& change) {
    const std::string number = std::to_string(change.number());
    const std::string other = change.after(into_tid).value_or("");
    for (const Belongings& belongings : moved)
        change.move(belongings, other);
    change.change_others("merged_into", number, other);
    change.renew_words(tickets(), number);
    change.renew_words(tickets(), other);
    change.add(ticket_history(), entry_of_change(change, other, changes_of_other(change)));
}

std::vector<std::string> names_of_merge(const Verb& verb, const Resource& resource) {
    return {std::string(resource.key.variable), std::string(verb.into), "uid"};
}

std::string describe_merge(const Action& action) {
    return "`tid`, the ticket that is closed, `into_tid`, the one that gets its history, and `uid`. Answer: "
           "`" +
           action.answer + "`, the number in `into_tid`.";
}

std::unique_ptr<Work> begin_merge(const Incoming& in) {
    if (in.variables.get(in.action.verb.into).empty())
        in.problems.push_back({code::required, std::string(in.action.verb.into), "is required"});
    return begin_write(in);
}

}  // namespace

const Rule merge_into = {
    .on_update = true,
    .if_given = {into_tid},
    .reads = {into_tid, "merged_into", "close_date"},
    .refers = {Referred{"status", "closed"}, Referred{"closing_status", "name"}, Referred{"cid", "id"},
               Referred{"company", "id"}, Referred{into_tid, "id"}, Referred{into_tid, "customer_id"},
               Referred{into_tid, "company_id"}, Referred{into_tid, "merged_into"}},
    .prepare = [](Change& change) { change.set("closing_status", std::nullopt); },
    .fill = close,
    .check = check_merge,
    .also = move_all};

const Verb merge_tickets = {
    .name = "merge",
    .answer = "merged",
    .many = true,
    .changes = true,
    .stores = true,
    .takes_if_match = true,
    .takes_long = true,
    .into = into_tid,
    .variables = names_of_merge,
    .about =
        "Merges a ticket into another one, which gets its history; what comes for the first ticket "
        "later goes there, too.",
    .describe = describe_merge,
    .begin = begin_merge};

}  // namespace helpdesk
