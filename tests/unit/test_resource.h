// Resources with rules, made for tests: tickets of owners, with a status, and the history of what was
// changed. tests/e2e/test_rules.py has their tables. The rules are their own as well: a rule of the help desk
// that writes a record writes it to a table of the help desk.
#pragma once

#include <array>
#include <string>

#include "json.h"
#include "model/finder.h"
#include "model/resource.h"
#include "model/value.h"
#include "request/input.h"
#include "resources/shared.h"

namespace helpdesk::ruled {

const Resource& owners();
const Resource& statuses();
const Resource& tickets();

inline constexpr Reference owner = {.to = &owners};
inline constexpr Reference status = {.to = &statuses, .has_default = true};
inline constexpr Reference ticket = {.to = &tickets, .by = Reference::By::id, .shown = {Shown{"tid", "id"}}};

// Text that is stored with no record of its own: rules alone read it.
inline constexpr Kind description = {
    .name = "description",
    .has_column = false,
    .read = [](const Input&, Value& value, const std::string& text) -> bool {
        value.text = text;
        return true;
    },
    .show = show_nothing,
    .describe = [](const Variable&) -> Description {
        return {.values = "text, which becomes the first entry"};
    },
};

inline const Resource& history() {
    // clang-format off
    static constexpr std::array variables = {
        Variable{.name = "tid", .kind = &kinds::reference, .column = "ticket_id", .reference = &ticket,
                 .about = "The ticket."},
        Variable{.name = "type", .kind = &kinds::text, .column = "type", .about = "What it is."},
        Variable{.name = "notes", .kind = &kinds::text, .column = "notes", .about = "What was said."},
        Variable{.name = "changes", .kind = &kinds::text, .column = "changes", .about = "What was changed."},
        Variable{.name = "date", .kind = &kinds::time, .column = "date", .about = "When it was."},
    };
    // clang-format on
    static constexpr std::array verbs = {&verbs::add, &verbs::get};
    static const Resource resource = with_outputs(
        {.names = {.one = "history", .many = "history", .element = "entry", .noun = "history entry"},
         .table = "trial_history",
         .variables = variables,
         .selectors = {},
         .verbs = verbs});
    return resource;
}

// Fills an omitted contact with that of the owner at this moment.
inline constexpr Rule copy_contact = {.on_add = true,
                                      .on_update = true,
                                      .if_given = {"owner"},
                                      .sets = {"contact"},
                                      .refers = {Referred{"owner", "contact"}},
                                      .fill = [](Change& change) {
                                          if (!change.gives("contact"))
                                              change.set("contact", change.referred("owner", "contact"));
                                      }};

// Closes a ticket when its status says so.
inline constexpr Rule close_by_status = {.on_add = true,
                                         .on_update = true,
                                         .if_given = {"status"},
                                         .reads = {"close_date"},
                                         .refers = {Referred{"status", "closed"}},
                                         .fill = [](Change& change) {
                                             if (change.referred("status", "closed") != "Y")
                                                 change.set("close_date", std::nullopt);
                                             else if (!change.after("close_date"))
                                                 change.set("close_date", change.now());
                                         }};

inline constexpr Rule expect_support = {
    .on_add = true, .refers = {Referred{"owner", "support"}}, .check = [](Change& change) {
        if (change.referred("owner", "support") == "N")
            change.forbid({"support_disabled", "owner", "has no support"});
    }};

inline constexpr Rule keep_invoiced = {
    .on_update = true, .on_remove = true, .reads = {"invoice"}, .check = [](Change& change) {
        if (!change.before("invoice").value_or("").empty())
            change.forbid({"invoiced", "", "the ticket is on an invoice"});
    }};

inline constexpr Rule begin_history = {.on_add = true, .also = [](Change& change) {
                                           change.add(history(),
                                                      {{"tid", std::to_string(change.number())},
                                                       {"type", "N"},
                                                       {"notes", change.after("description").value_or("")},
                                                       {"date", change.now()}});
                                       }};

// Writes the old and the new value of each variable that changes. An update that changes nothing is not
// stored.
inline constexpr Rule note_changes = {
    .on_update = true,
    .reads_changed = true,
    .check =
        [](Change& change) {
            if (change.changed().empty())
                change.leave();
        },
    .also =
        [](Change& change) {
            const Json changes = json::object();
            for (const std::string_view name : change.changed())
                json::set(changes, name,
                          json::array(json::string(change.before(name).value_or("")),
                                      json::string(change.after(name).value_or(""))));
            if (json_object_size(changes.get()) > 0)
                change.add(history(), {{"tid", std::to_string(change.number())},
                                       {"type", "S"},
                                       {"changes", dump(changes, JSON_COMPACT)},
                                       {"date", change.now()}});
        }};

inline const Resource& tickets() {
    // clang-format off
    static constexpr std::array variables = {
        Variable{.name = "owner", .kind = &kinds::reference, .column = "owner_id", .reference = &owner, .required = true,
                 .about = "Whose ticket it is."},
        Variable{.name = "status", .kind = &kinds::reference, .column = "status_id", .reference = &status,
                 .about = "How far it is."},
        Variable{.name = "contact", .column = "contact", .about = "Whom to call."},
        Variable{.name = "subject", .column = "subject", .about = "What it is about."},
        Variable{.name = "cost", .kind = &kinds::decimal, .column = "cost", .about = "What it costs."},
        Variable{.name = "invoice", .column = "invoice", .about = "The invoice that it is on."},
        Variable{.name = "close_date", .kind = &kinds::time, .column = "close_date", .about = "When it was closed."},
        Variable{.name = "description", .kind = &description, .about = "What the matter is."},
    };
    // clang-format on
    static constexpr std::array rules = {&copy_contact,  &close_by_status, &expect_support,
                                         &keep_invoiced, &begin_history,   &note_changes};
    static constexpr std::array verbs = {&verbs::add, &verbs::update, &verbs::remove};
    static const Resource resource =
        with_outputs({.names = {.one = "ticket", .many = "tickets", .element = "ticket", .noun = "ticket"},
                      .table = "trial_tickets",
                      .variables = variables,
                      .selectors = {},
                      .key = {.variable = "tid", .output = "ticket_id"},
                      .timestamps = true,
                      .versioned = true,
                      .rules = rules,
                      .verbs = verbs});
    return resource;
}

// Keeps one default at most: setting one clears the others.
inline constexpr Rule one_default = {
    .on_add = true, .on_update = true, .if_given = {"is_default"}, .also = [](Change& change) {
        if (change.after("is_default") == "Y")
            change.change_others("is_default", "Y", "N");
    }};

inline const Resource& statuses() {
    // clang-format off
    static constexpr std::array variables = {
        Variable{.name = "name", .kind = &kinds::identifier, .column = "name", .about = "Its name."},
        Variable{.name = "closed", .kind = &kinds::choice, .column = "closed", .choices = &no_or_yes,
                 .about = "Whether a ticket with it is closed."},
        Variable{.name = "is_default", .kind = &kinds::choice, .column = "is_default", .choices = &no_or_yes,
                 .about = "Whether a new ticket gets it."},
    };
    // clang-format on
    static constexpr std::array rules = {&one_default};
    static constexpr std::array verbs = {&verbs::add, &verbs::update};
    static const Resource resource =
        with_outputs({.names = {.one = "status", .many = "statuses", .element = "status", .noun = "status"},
                      .table = "trial_statuses",
                      .variables = variables,
                      .selectors = selectors_by_name,
                      .rules = rules,
                      .verbs = verbs});
    return resource;
}

// Adds a status of its own for each new owner.
inline constexpr Rule add_status = {
    .on_add = true, .also = [](Change& change) {
        change.add(statuses(), {{"name", "at " + change.after("name").value_or("")}});
    }};

inline const Resource& owners() {
    // clang-format off
    static constexpr std::array variables = {
        Variable{.name = "name", .kind = &kinds::identifier, .column = "name", .about = "Its name."},
        Variable{.name = "contact", .column = "contact", .about = "Whom to call."},
    };
    // clang-format on
    static constexpr std::array rules = {&add_status};
    static constexpr std::array verbs = {&verbs::add, &verbs::update, &verbs::upsert};
    static const Resource resource =
        with_outputs({.names = {.one = "owner", .many = "owners", .element = "owner", .noun = "owner"},
                      .table = "trial_owners",
                      .variables = variables,
                      .selectors = {},
                      .key = {.variable = "", .answered = false},
                      .rules = rules,
                      .verbs = verbs});
    return resource;
}

inline const std::array all = {&tickets(), &statuses(), &history(), &owners()};

}  // namespace helpdesk::ruled
