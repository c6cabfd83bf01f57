// Groups of technicians, to which tickets are assigned.
#include "resources/shared.h"

namespace helpdesk {
namespace {

constexpr Reference source = {.to = &ticket_sources, .unknown = "unknown_source"};
constexpr Reference category = {.to = &helpdesk::categories};
constexpr Reference customer_group = {.to = &helpdesk::customer_groups, .unknown = "unknown_group"};
constexpr Reference manager = {.to = &technicians, .shown = {Shown{"manager"}}};

constexpr Reference member = {.to = &technicians};

constexpr ListTable sources = {
    .table = "tech_group_sources", .owner = "group_id", .column = "source_id", .reference = &source};
constexpr ListTable categories = {
    .table = "tech_group_categories", .owner = "group_id", .column = "category_id", .reference = &category};
constexpr ListTable customer_groups = {.table = "tech_group_customer_groups",
                                       .owner = "group_id",
                                       .column = "customer_group_id",
                                       .reference = &customer_group};
// The technicians' lists of groups, from the other end.
constexpr ListTable members = {.table = "technician_groups",
                               .owner = "group_id",
                               .column = "technician_id",
                               .reference = &member,
                               .by_name = true};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name",
             .about = "The group's unique name."},
    Variable{.name = "sources", .kind = &kinds::name_list, .list = &sources,
             .about = "The sources of the tickets that the group sees; none means all of them."},
    Variable{.name = "categories", .kind = &kinds::name_list, .list = &categories,
             .about = "The categories of the tickets that the group sees; none means all of them."},
    Variable{.name = "customer_groups", .kind = &kinds::name_list, .list = &customer_groups,
             .about = "The customer groups whose tickets the group sees; none means all of them."},
    Variable{.name = "email", .kind = &kinds::email, .column = "email",
             .about = "The e-mail address of the group."},
    Variable{.name = "manager", .kind = &kinds::reference, .column = "manager_id", .reference = &manager,
             .about = "The technician who manages the group."},
    Variable{.name = "members", .kind = &kinds::name_list, .list = &members, .supplied = Supplied::never,
             .about = "The technicians who have the group in their `group`."},
};

constexpr std::array selectors = {
    Selector{.name = "id", .finder = &finders::id, .columns = {"id"}, .all = true, .many = true,
             .about = "Picks technician groups by their IDs."},
    Selector{.name = "name", .finder = &finders::name, .columns = {"name"}, .all = true,
             .about = "Picks the technician group with this name."},
    Selector{.name = "start_name", .finder = &finders::prefix_from, .columns = {"name"},
             .about = "Begins the list at the names with this beginning."},
    Selector{.name = "end_name", .finder = &finders::prefix_to, .columns = {"name"},
             .about = "Ends the list after the names with this beginning."},
    Selector{.name = "updated_since", .finder = &finders::changed_since, .columns = {"last_updated"},
             .about = "Finds what was added or changed since your last look, for a copy that is kept up to date."},
    Selector{.name = "after_id", .finder = &finders::after_id, .columns = {"id"},
             .about = "Continues a list after the last record of the page before."},
};
// clang-format on

constexpr std::array group_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};
constexpr std::array<Alias, 4> aliases = {{{.name = "add_tech_group", .of = "add_group"},
                                           {.name = "update_tech_group", .of = "update_group"},
                                           {.name = "delete_tech_group", .of = "delete_group"},
                                           {.name = "get_groups", .of = "get_tech_groups"}}};

}  // namespace

const Resource& tech_groups() {
    static const Resource resource = with_outputs({.names = {.one = "group",
                                                             .many = "tech_groups",
                                                             .element = "tech_group",
                                                             .noun = "technician group"},
                                                   .table = "tech_groups",
                                                   .variables = variables,
                                                   .selectors = selectors,
                                                   .renamed_by = "new_name",
                                                   .timestamps = true,
                                                   .verbs = group_verbs,
                                                   .action_aliases = aliases});
    return resource;
}

}  // namespace helpdesk
