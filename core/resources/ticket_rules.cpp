#include "resources/ticket_rules.h"

#include <algorithm>

#include "date.h"
#include "json.h"
#include "model/resource.h"
#include "resources/ticket_changes.h"
#include "resources/ticket_merge.h"
#include "search/words.h"
#include "text.h"

namespace helpdesk {
namespace {

bool keeps_customer(const Change& change) {
    return change.updating() && change.before("cid") == change.after("cid");
}

// A ticket keeps what its customer was when it was opened.
void copy_texts(Change& change) {
    if (keeps_customer(change))
        return;
    for (const std::string_view text : {"contact", "phone", "email"})
        if (!change.gives(text))
            change.set(text, change.referred("cid", text));
}

void copy_references(Change& change) {
    if (keeps_customer(change))
        return;
    const auto copy = [&](std::string_view variable, std::string_view column, std::string_view of) {
        if (!change.gives(variable))
            change.set(variable, change.referred("cid", column), change.referred("cid", of));
    };
    copy("company", "company_id", "company");
    copy("customer_group", "group_id", "group");
    copy("portal", "portal_id", "portal");
}

constexpr Rule take_texts = {
    .on_add = true,
    .on_bring = true,
    .on_update = true,
    .if_given = {"cid"},
    .reads = {"cid"},
    .sets = {"contact", "phone", "email"},
    .refers = {Referred{"cid", "contact"}, Referred{"cid", "phone"}, Referred{"cid", "email"}},
    .fill = copy_texts};

constexpr Rule take_references = {
    .on_add = true,
    .on_bring = true,
    .on_update = true,
    .if_given = {"cid"},
    .reads = {"cid"},
    .sets = {"company", "customer_group", "portal"},
    .refers = {Referred{"cid", "company_id"}, Referred{"cid", "group_id"}, Referred{"cid", "portal_id"},
               Referred{"cid", "company"}, Referred{"cid", "group"}, Referred{"cid", "portal"}},
    .fill = copy_references};

// A ticket that is brought was allowed where it comes from.
constexpr Rule expect_support = {
    .on_add = true, .refers = {Referred{"cid", "support"}}, .check = [](Change& change) {
        if (change.referred("cid", "support") == "N")
            change.forbid({code::support_disabled, "cid", "names a customer who has no support"});
    }};

constexpr Rule open_now = {.on_add = true, .on_bring = true, .fill = [](Change& change) {
                               if (!change.after("open_date"))
                                   change.set("open_date", change.now());
                           }};

// A ticket is closed when its status says so, and no longer when it does not.
void close_by_status(Change& change) {
    if (change.referred("status", "closed") == "Y") {
        if (!change.after("close_date") && !change.gives("close_date"))
            change.set("close_date", change.now());
    } else if (!change.gives("close_date")) {
        change.set("close_date", std::nullopt);
    }
}

constexpr Rule close_new = {
    .on_add = true, .on_bring = true, .refers = {Referred{"status", "closed"}}, .fill = close_by_status};
// One that is opened again is a ticket of its own, although it was merged into another one before.
constexpr Rule close_or_open = {
    .on_update = true,
    .if_given = {"status"},
    .reads = {"close_date", "merged_into"},
    .refers = {Referred{"status", "closed"}},
    .fill = [](Change& change) {
        close_by_status(change);
        if (change.before("merged_into") && change.referred("status", "closed") != "Y")
            change.set("merged_into", std::nullopt);
    }};

constexpr Rule due_by_priority = {
    .on_add = true, .refers = {Referred{"priority", "due_hours"}}, .fill = [](Change& change) {
        const MaybeText hours = change.referred("priority", "due_hours");
        if (hours && !change.gives("due_date"))
            change.set("due_date", add_hours(change.after("open_date").value_or(""), std::stoi(*hours)));
    }};

// Times are texts that sort as the times do.
constexpr Rule dates_in_order = {.on_add = true,
                                 .on_bring = true,
                                 .on_update = true,
                                 .reads = {"open_date", "close_date", "due_date"},
                                 .check = [](Change& change) {
                                     const MaybeText opened = change.after("open_date");
                                     if (!opened)
                                         change.forbid({code::required, "open_date", "must not be empty"});
                                     for (const char* name : {"close_date", "due_date"})
                                         if (const MaybeText time = change.after(name);
                                             opened && time && *time < *opened)
                                             change.forbid({code::invalid_date, name, "is before open_date"});
                                 }};

constexpr Rule expect_active = {
    .on_add = true,
    .on_update = true,
    .if_given = {"assigned_to"},
    .refers = {Referred{"assigned_to", "active"}},
    .check = [](Change& change) {
        if (change.referred("assigned_to", "active") == "N")
            change.forbid({code::inactive_technician, "assigned_to", "names a technician who is not active"});
    }};

// Returns the items of a list that has commas between them.
std::vector<std::string> items_of(const MaybeText& list) {
    return text::split_list(list.value_or(""), max_list_items);
}

// The customer's contracts and the times when they start are in the same order.
void check_contract(Change& change) {
    const MaybeText contract = change.referred("contract", "id");
    if (!contract)
        return;
    const std::vector<std::string> contracts = items_of(change.referred("cid", "contracts"));
    const std::vector<std::string> starts = items_of(change.referred("cid", "sc_start_dates"));
    const auto found = std::find(contracts.begin(), contracts.end(), *contract);
    if (found == contracts.end())
        return change.forbid({"unknown_contract", "contract", "is none of the customer's contracts"});
    if (starts.at(static_cast<std::size_t>(found - contracts.begin())) > change.now())
        change.forbid({"unknown_contract", "contract", "has not started for the customer"});
}

constexpr Rule expect_contract_of_new = {
    .on_add = true,
    .if_given = {"contract"},
    .refers = {Referred{"contract", "id"}, Referred{"cid", "contracts"}, Referred{"cid", "sc_start_dates"}},
    .check = check_contract};

// A ticket that gets another customer keeps its contract, which must then be one of that customer's.
constexpr Rule expect_contract = {
    .on_update = true,
    .if_given = {"contract", "cid"},
    .refers = {Referred{"contract", "id"}, Referred{"cid", "contracts"}, Referred{"cid", "sc_start_dates"}},
    .check = check_contract};

// The technician who adds a ticket has opened it, unless the call names another one.
constexpr Rule open_by_doer = {
    .on_add = true, .if_given = {"uid"}, .reads = {"uid"}, .fill = [](Change& change) {
        if (!change.gives("opened_by"))
            change.set("opened_by", change.after("uid"));
    }};

// The ticket's text is the first entry, from the technician who adds the ticket or who opened it, otherwise
// from the customer. It has the time at which the ticket was opened: what is moved from elsewhere has older
// entries than this call. A ticket that brings its entries has the first among them.
constexpr Rule begin_history = {
    .on_add = true,
    .on_bring = true,
    .reads = {"uid", "opened_by", "cid", "status", "open_date"},
    .refers = {Referred{"uid", "name"}, Referred{"opened_by", "name"}},
    .also = [](Change& change) {
        const MaybeText description = change.after("description");
        if (description.value_or("").empty() || change.brings_parts())
            return;
        const std::string_view author = change.gives("uid") ? "uid" : "opened_by";
        const MaybeText technician = change.after(author);
        Change::Values values = {{"tid", std::to_string(change.number())},
                                 {"date", change.after("open_date")},
                                 {"notes", description},
                                 {"words", search::words_as_text(*description)},
                                 {"type", technician ? "N" : "R"},
                                 {"customer_viewable", "Y"},
                                 {"status", change.after("status")}};
        values.emplace_back(technician ? "uid" : "cid", technician ? technician : change.after("cid"));
        values.emplace_back("author", technician ? called(change.referred(author, "name"), technician)
                                                 : called(change.after("contact"), change.after("cid")));
        change.add(ticket_history(), std::move(values));
    }};

std::string changes_of(const Change& change) {
    const Json changes = json::object();
    for (const std::string_view name : change.changed())
        json::set(changes, name,
                  json::array(json::string(change.before(name).value_or("")),
                              json::string(change.after(name).value_or(""))));
    return dump(changes, JSON_COMPACT);
}

void note_changes_of(Change& change) {
    if (change.changed().empty())
        return;
    Change::Values values = entry_of_change(change, std::to_string(change.number()), changes_of(change));
    values.emplace_back("status", change.after("status"));
    if (change.before("cid") != change.after("cid"))
        values.emplace_back("former_cid", change.before("cid"));
    change.add(ticket_history(), std::move(values));
}

// Notes the old and the new value of each variable that changes. An update that changes nothing leaves no
// trace.
constexpr Rule note_changes = {.on_update = true,
                               .reads_changed = true,
                               .reads = {"uid", "by_cid", "cid", "status"},
                               .refers = {Referred{"uid", "name"}, Referred{"by_cid", "contact"}},
                               .check =
                                   [](Change& change) {
                                       if (change.changed().empty())
                                           change.leave();
                                   },
                               .also = note_changes_of};

constexpr Rule index_new = {
    .on_add = true, .on_bring = true, .reads = {"subject", "description"}, .also = [](Change& change) {
        change.add_words(
            tickets(), std::to_string(change.number()),
            change.after("subject").value_or("") + "\n" + change.after("description").value_or(""), false);
    }};

constexpr Rule index_again = {
    .on_update = true, .if_given = {"subject"}, .reads = {"subject"}, .also = [](Change& change) {
        if (change.before("subject") != change.after("subject"))
            change.renew_words(tickets(), std::to_string(change.number()));
    }};

}  // namespace

const std::array<const Rule*, 17> ticket_rules = {&take_texts,
                                                  &take_references,
                                                  &expect_support,
                                                  &open_now,
                                                  &close_new,
                                                  &close_or_open,
                                                  &merge_into,
                                                  &due_by_priority,
                                                  &dates_in_order,
                                                  &expect_active,
                                                  &expect_contract_of_new,
                                                  &expect_contract,
                                                  &open_by_doer,
                                                  &begin_history,
                                                  &note_changes,
                                                  &index_new,
                                                  &index_again};

}  // namespace helpdesk
