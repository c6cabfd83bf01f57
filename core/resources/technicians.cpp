// Technicians, who work on tickets.
#include "resources/shared.h"

namespace helpdesk {
namespace {

constexpr std::array<std::string_view, 3> all_rights = {"Admin", "User", "Power User"};
constexpr std::array<Synonym, 1> users = {{{.word = "Users", .choice = "User"}}};
// An unknown value is an error: rights must not be guessed.
constexpr Choices rights = {.values = all_rights, .by_default = "User", .strict = true, .synonyms = users};

constexpr std::array<std::string_view, 2> scopes = {"ALL", "OWN"};
constexpr Choices all_or_own = {.values = scopes, .by_default = "ALL", .strict = true};
constexpr Choices active_or_not = {.values = y_or_n, .by_default = "Y", .strict = true};

constexpr Reference group = {.to = &tech_groups, .by = Reference::By::id};
constexpr Reference customer_group = {
    .to = &helpdesk::customer_groups, .by = Reference::By::id, .unknown = "unknown_group"};
constexpr Reference queue = {.to = &chat_queues, .by = Reference::By::id};
constexpr Reference supervisor = {.to = &technicians, .shown = {Shown{"supervisor"}}, .no_rings = true};

constexpr ListTable groups = {
    .table = "technician_groups", .owner = "technician_id", .column = "group_id", .reference = &group};
constexpr ListTable customer_groups = {.table = "technician_customer_groups",
                                       .owner = "technician_id",
                                       .column = "customer_group_id",
                                       .reference = &customer_group};
constexpr ListTable queues = {
    .table = "technician_chat_queues", .owner = "technician_id", .column = "queue_id", .reference = &queue};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "uid", .kind = &kinds::identifier, .column = "uid",
             .about = "The technician's unique name, with which the technician signs in."},
    Variable{.name = "name", .column = "name",
             .about = "The technician's first and last name."},
    Variable{.name = "pass", .kind = &kinds::password, .column = "password_hash", .secret = true,
             .about = "The password with which the technician signs in."},
    Variable{.name = "group", .kind = &kinds::id_list, .list = &groups,
             .about = "The technician groups that the technician belongs to."},
    Variable{.name = "customer_groups", .kind = &kinds::id_list, .list = &customer_groups,
             .about = "The customer groups whose tickets the technician sees; none means all tickets."},
    Variable{.name = "chat_queues", .kind = &kinds::id_list, .list = &queues,
             .about = "The chat queues from which the technician takes chats."},
    Variable{.name = "phone", .column = "phone",
             .about = "The phone number of the technician."},
    Variable{.name = "email", .kind = &kinds::email, .column = "email",
             .about = "The e-mail address of the technician."},
    Variable{.name = "supervisor", .kind = &kinds::reference, .column = "supervisor_id", .reference = &supervisor,
             .about = "The technician who supervises this one."},
    Variable{.name = "rights", .kind = &kinds::choice, .column = "rights", .choices = &rights,
             .about = "How much the technician may do."},
    Variable{.name = "viewable_tickets", .kind = &kinds::choice, .column = "viewable_tickets", .choices = &all_or_own,
             .about = "Whether the technician sees all tickets or only those that are assigned to the technician, to one of the groups, or to nobody."},
    Variable{.name = "extension", .column = "extension",
             .about = "The extension of the technician's phone."},
    Variable{.name = "active", .kind = &kinds::flag, .column = "active", .choices = &active_or_not,
             .about = "Whether the technician may sign in and be assigned tickets."},
};

constexpr std::array selectors = {
    Selector{.name = "id", .finder = &finders::id, .columns = {"id"}, .all = true, .many = true,
             .about = "Picks technicians by their IDs."},
    Selector{.name = "uid", .finder = &finders::name, .columns = {"uid"}, .all = true, .many = true,
             .about = "Picks technicians by their unique names."},
    Selector{.name = "start_uid", .finder = &finders::prefix_from, .columns = {"uid"},
             .about = "Begins the list at the names with this beginning."},
    Selector{.name = "end_uid", .finder = &finders::prefix_to, .columns = {"uid"},
             .about = "Ends the list after the names with this beginning."},
    Selector{.name = "start_date", .finder = &finders::date_from, .columns = {"date_added"}, .event = "added",
             .about = "Leaves out technicians who were added before this time."},
    Selector{.name = "end_date", .finder = &finders::date_to, .columns = {"date_added"}, .event = "added",
             .about = "Leaves out technicians who were added after this time."},
    Selector{.name = "email", .finder = &finders::equals, .columns = {"email"},
             .about = "Finds technicians by their e-mail address."},
    Selector{.name = "group", .finder = &finders::number, .lists = {&groups}, .many = true,
             .about = "Finds the members of technician groups by the IDs of the groups."},
    Selector{.name = "supervisor", .finder = &finders::equals, .columns = {"uid"}, .through = {"supervisor"}, .many = true,
             .about = "Finds those whom a technician supervises directly."},
    Selector{.name = "rights", .finder = &finders::equals, .columns = {"rights"},
             .about = "Finds technicians by what they may do."},
    Selector{.name = "active", .finder = &finders::flag, .columns = {"active"},
             .about = "Tells technicians who work from those who no longer do."},
    Selector{.name = "updated_since", .finder = &finders::changed_since, .columns = {"last_updated"},
             .about = "Finds what was added or changed since your last look, for a copy that is kept up to date."},
    Selector{.name = "after_id", .finder = &finders::after_id, .columns = {"id"},
             .about = "Continues a list after the last record of the page before."},
};
// clang-format on

constexpr std::array indexes = {Index{.columns = {"email"}}, Index{.columns = {"date_added"}},
                                Index{.columns = {"supervisor_id"}}, Index{.columns = {"rights"}},
                                Index{.columns = {"active"}}};

constexpr std::array<std::string_view, 2> sign_in_outputs = {"rights", "viewable_tickets"};
constexpr SignIn sign_in = {.allowed_by = "active", .outputs = sign_in_outputs};

constexpr std::array technician_verbs = {&verbs::add,    &verbs::update, &verbs::upsert,
                                         &verbs::remove, &verbs::get,    &verbs::verify};

}  // namespace

const Resource& technicians() {
    static const Resource resource =
        with_outputs({.names = {.one = "tech", .many = "techs", .element = "tech", .noun = "technician"},
                      .table = "technicians",
                      .variables = variables,
                      .selectors = selectors,
                      .key = {.variable = "", .answered = false},
                      .indexes = indexes,
                      .timestamps = true,
                      .versioned = true,
                      .sign_in = &sign_in,
                      .verbs = technician_verbs});
    return resource;
}

}  // namespace helpdesk
