// The short lists that tickets, line items, time, schedules and technicians refer to. They differ in a column
// or two.
#include "model/rule.h"
#include "resources/shared.h"

namespace helpdesk {
namespace {

constexpr Range positions = {.least = 0, .most = 1'000'000};
constexpr Range hours_of_ten_years = {.least = 1, .most = 87'600};

constexpr Variable name = {.name = "name",
                           .kind = &kinds::identifier,
                           .column = "name",
                           .about = "The unique name of the record, by which other records refer to it."};
constexpr Variable position = {
    .name = "position",
    .kind = &kinds::integer,
    .column = "position",
    .range = positions,
    .about = "The place in the list where people choose; the lowest is the first."};
constexpr Variable is_default = {
    .name = "is_default",
    .kind = &kinds::flag,
    .column = "is_default",
    .about = "Whether a new ticket that names none gets this one; there is one default at most."};

// clang-format off
constexpr std::array only_name = {name};

constexpr std::array status_variables = {
    name,
    Variable{.name = "closed", .kind = &kinds::flag, .column = "closed",
             .about = "Whether a ticket with this status is closed."},
    Variable{.name = "reopen", .kind = &kinds::flag, .column = "reopen",
             .about = "Whether a customer's reply to a ticket with this status sets the default status."},
    is_default,
    position,
};

constexpr std::array source_variables = {name, is_default, position};

constexpr std::array priority_variables = {
    name,
    position,
    Variable{.name = "due_hours", .kind = &kinds::integer, .column = "due_hours", .range = hours_of_ten_years,
             .about = "The hours after which a new ticket of this priority is due, unless it says when it is due."},
    is_default,
};

// A sub category is known by its number only, because another category may have one of the same name.
constexpr Reference category = {.to = &categories, .by = Reference::By::id_or_name};
constexpr std::array sub_category_variables = {
    Variable{.name = "name", .column = "name", .required = true,
             .about = "The name of the sub category, unique within its category."},
    Variable{.name = "category", .kind = &kinds::reference, .column = "category_id", .reference = &category, .required = true,
             .about = "The category that it is a part of."},
};

constexpr Reference parent = {.to = &kb_categories, .by = Reference::By::id_or_name, .unknown = "unknown_category", .no_rings = true};
constexpr std::array kb_variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name",
             .about = "The unique name of the category, by which articles refer to it."},
    Variable{.name = "parent", .kind = &kinds::reference, .column = "parent_id", .reference = &parent,
             .about = "The category that it is a part of; none is at the top."},
};

constexpr std::array level_variables = {name, position, is_default};

constexpr std::array billing_variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .limit = 50, .column = "name",
             .about = "The unique name of the billing category, by which line items refer to it."},
    Variable{.name = "rate", .kind = &kinds::money, .column = "rate",
             .about = "The price of one unit, for line items that name no cost."},
};
// clang-format on

constexpr std::array sub_category_selectors = {
    Selector{.name = "id",
             .finder = &finders::id,
             .columns = {"id"},
             .all = true,
             .many = true,
             .about = "Picks sub categories by their IDs."},
    Selector{.name = "name",
             .finder = &finders::equals,
             .columns = {"name"},
             .about = "Finds sub categories by their name, in any category."},
    Selector{.name = "category",
             .finder = &finders::equals,
             .columns = {"name"},
             .through = {"category"},
             .about = "Finds the parts of the category with this name."},
    Selector{.name = "after_id",
             .finder = &finders::after_id,
             .columns = {"id"},
             .about = "Continues a list after the last ID of the page before."},
};

constexpr std::array sub_category_indexes = {Index{.columns = {"name"}}};

constexpr std::array list_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};

// A record that becomes the default replaces the one that was it.
constexpr Rule one_default = {
    .on_add = true, .on_update = true, .if_given = {"is_default"}, .also = [](Change& change) {
        if (change.after("is_default") == "Y")
            change.change_others("is_default", "Y", "N");
    }};
constexpr std::array default_rules = {&one_default};

// Makes the resource of a list. Its table is called `many`, too.
Resource list(std::string_view one, std::string_view many, std::string_view noun,
              std::span<const Variable> variables, std::span<const Rule* const> rules = {}) {
    return with_outputs({.names = {.one = one, .many = many, .element = one, .noun = noun},
                         .table = many,
                         .variables = variables,
                         .selectors = selectors_by_name,
                         .renamed_by = "new_name",
                         .rules = rules,
                         .verbs = list_verbs});
}

}  // namespace

const Resource& ticket_statuses() {
    static const Resource resource =
        list("ticket_status", "ticket_statuses", "ticket status", status_variables, default_rules);
    return resource;
}

const Resource& ticket_sources() {
    static const Resource resource =
        list("ticket_source", "ticket_sources", "ticket source", source_variables, default_rules);
    return resource;
}

const Resource& ticket_priorities() {
    static const Resource resource =
        list("ticket_priority", "ticket_priorities", "ticket priority", priority_variables, default_rules);
    return resource;
}

const Resource& escalation_levels() {
    static const Resource resource =
        list("escalation_level", "escalation_levels", "escalation level", level_variables, default_rules);
    return resource;
}

const Resource& sub_categories() {
    static const Resource resource = with_outputs({.names = {.one = "sub_category",
                                                             .many = "sub_categories",
                                                             .element = "sub_category",
                                                             .noun = "sub category"},
                                                   .table = "sub_categories",
                                                   .variables = sub_category_variables,
                                                   .selectors = sub_category_selectors,
                                                   .unique = "name",
                                                   .indexes = sub_category_indexes,
                                                   .verbs = list_verbs});
    return resource;
}

const Resource& kb_categories() {
    static const Resource resource =
        list("kb_category", "kb_categories", "category of the knowledge base", kb_variables);
    return resource;
}

const Resource& chat_queues() {
    static const Resource resource = list("chat_queue", "chat_queues", "chat queue", only_name);
    return resource;
}

const Resource& billing_categories() {
    static const Resource resource =
        list("billing_category", "billing_categories", "billing category", billing_variables);
    return resource;
}

const Resource& time_categories() {
    static const Resource resource = list("time_category", "time_categories", "time category", only_name);
    return resource;
}

const Resource& schedule_categories() {
    static const Resource resource =
        list("schedule_category", "schedule_categories", "schedule category", only_name);
    return resource;
}

}  // namespace helpdesk
