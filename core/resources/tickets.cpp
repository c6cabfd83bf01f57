// Tickets: what a customer wants, and how far it is.
#include "model/counting.h"
#include "model/fields.h"
#include "resources/shared.h"
#include "resources/ticket_merge.h"
#include "resources/ticket_rules.h"

namespace helpdesk {
namespace {

constexpr Reference customer = {.to = &customers, .shown = {Shown{"cid"}}};
constexpr Reference company = {.to = &companies, .by = Reference::By::id_or_name};
constexpr Reference source = {
    .to = &ticket_sources, .unknown = "unknown_source", .shown = {Shown{"source"}}, .has_default = true};
constexpr Reference category = {.to = &categories, .shown = {Shown{"category"}}};
constexpr Reference sub_category = {
    .to = &sub_categories, .column = "name", .within = "category", .shown = {Shown{"sub_category"}}};
constexpr Reference technician = {.to = &technicians,
                                  .shown = {Shown{"assigned_to"}, Shown{"assigned_to_name", "name"}}};
constexpr Reference group = {.to = &tech_groups, .by = Reference::By::id_or_name};
constexpr Reference level = {
    .to = &escalation_levels, .shown = {Shown{"escalation_level"}}, .has_default = true};
constexpr Reference status = {.to = &ticket_statuses,
                              .unknown = "unknown_status",
                              .shown = {Shown{"status"}, Shown{"closed", "closed", Form::choice}},
                              .has_default = true};
constexpr Reference customer_group = {
    .to = &customer_groups, .by = Reference::By::id_or_name, .unknown = "unknown_customer_group"};
constexpr Reference priority = {.to = &ticket_priorities,
                                .unknown = "unknown_priority",
                                .shown = {Shown{"priority"}},
                                .has_default = true};
constexpr Reference opened_by = {.to = &technicians, .shown = {Shown{"opened_by"}}};
constexpr Reference portal = {.to = &portals, .by = Reference::By::id_or_name, .first_if_unknown = true};
constexpr Reference contract = {.to = &support_contracts,
                                .by = Reference::By::id,
                                .unknown = "unknown_contract",
                                .shown = {Shown{"contract", "id"}}};
constexpr Reference ticket = {.to = &tickets, .by = Reference::By::id, .shown = {Shown{"merged_into", "id"}}};
constexpr Reference closing_status = {
    .to = &ticket_statuses, .unknown = "unknown_status", .first_with = "closed"};
constexpr Reference doer = {.to = &technicians};
constexpr Reference customer_who_does = {.to = &customers};

constexpr ListTable tags = {.table = "ticket_tags", .owner = "ticket_id", .column = "tag"};

constexpr ListTable mails = {
    .table = "ticket_history", .owner = "ticket_id", .column = "message_id", .unique = true};
constexpr ListTable words = {.table = "ticket_words", .owner = "ticket_id", .column = "word"};
constexpr ListTable texts = {.table = "ticket_texts", .owner = "ticket_id", .column = "words"};
constexpr WordIndex word_index = {
    .words = &words,
    .texts = &texts,
    .sources = {WordSource{"tickets", "id", "subject"}, WordSource{"tickets", "id", "description"},
                WordSource{"ticket_history", "ticket_id", "notes", "content_type"}}};

constexpr Fields fields = {
    .definitions = &ticket_fields, .values = "ticket_field_values", .owner = "ticket_id"};

constexpr ListTable entries = {.table = "ticket_history", .owner = "ticket_id", .column = "id"};
constexpr Deadline deadline = {
    .time = "due_date", .end = "close_date", .state = "status_id", .of_state = &status, .closed = "closed"};

constexpr std::array counts = {CountBy{.name = "status", .variable = "status"},
                               CountBy{.name = "source", .variable = "source"},
                               CountBy{.name = "category", .variable = "category"},
                               CountBy{.name = "priority", .variable = "priority"},
                               CountBy{.name = "escalation_level", .variable = "escalation_level"},
                               CountBy{.name = "assigned_to", .variable = "assigned_to"},
                               CountBy{.name = "assigned_group", .variable = "assigned_group"},
                               CountBy{.name = "cid", .variable = "cid"},
                               CountBy{.name = "company", .variable = "company"},
                               CountBy{.name = "day", .unit = CountBy::Unit::day},
                               CountBy{.name = "week", .unit = CountBy::Unit::week},
                               CountBy{.name = "month", .unit = CountBy::Unit::month}};
// The first answer is an entry of a technician that the customer may see.
constexpr Counting counting = {.root = "ticket_counts",
                               .element = "count",
                               .by = counts,
                               .begun = "open_date",
                               .answer = {.table = "ticket_history",
                                          .owner = "ticket_id",
                                          .time = "date",
                                          .by = "technician_id",
                                          .visible = "customer_viewable"}};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "cid", .kind = &kinds::reference, .column = "customer_id", .reference = &customer, .required = true,
             .about = "The customer whose ticket it is."},
    Variable{.name = "company", .kind = &kinds::reference, .column = "company_id", .reference = &company,
             .about = "The customer's company; omitted on add: as the customer has it now."},
    Variable{.name = "contact", .column = "contact",
             .about = "Whom to talk to; omitted on add: as the customer has it now."},
    Variable{.name = "phone", .column = "phone",
             .about = "The phone number for this ticket; omitted on add: as the customer has it now."},
    Variable{.name = "email", .kind = &kinds::email, .column = "email",
             .about = "The e-mail address for this ticket; omitted on add: as the customer has it now."},
    Variable{.name = "source", .kind = &kinds::reference, .column = "source_id", .reference = &source,
             .about = "The way in which the ticket came in."},
    Variable{.name = "open_date", .kind = &kinds::time, .column = "open_date",
             .about = "When the ticket was opened; omitted on add: now."},
    Variable{.name = "close_date", .kind = &kinds::time, .column = "close_date",
             .about = "When the ticket was closed; a new status that is closed sets it, one that is not clears it."},
    Variable{.name = "category", .kind = &kinds::reference, .column = "category_id", .reference = &category,
             .about = "What the ticket is about."},
    Variable{.name = "sub_category", .kind = &kinds::reference, .column = "sub_category_id", .reference = &sub_category,
             .about = "The part of the category that the ticket is about."},
    Variable{.name = "assigned_to", .kind = &kinds::reference, .column = "technician_id", .reference = &technician,
             .about = "The technician who works on the ticket, who must be active."},
    Variable{.name = "assigned_group", .kind = &kinds::reference, .column = "group_id", .reference = &group,
             .about = "The technician group that works on the ticket."},
    Variable{.name = "escalation_level", .kind = &kinds::reference, .column = "escalation_level_id", .reference = &level,
             .about = "How far the ticket is escalated."},
    Variable{.name = "status", .kind = &kinds::reference, .column = "status_id", .reference = &status,
             .about = "How far the work is."},
    Variable{.name = "subject", .column = "subject", .free_text = true,
             .about = "The matter in one line."},
    Variable{.name = "customer_group", .kind = &kinds::reference, .column = "customer_group_id", .reference = &customer_group,
             .about = "The customer's group; omitted on add: as the customer has it now."},
    Variable{.name = "priority", .kind = &kinds::reference, .column = "priority_id", .reference = &priority,
             .about = "How urgent the ticket is."},
    Variable{.name = "due_date", .kind = &kinds::time, .column = "due_date",
             .about = "When the work is to be done; omitted on add: after the hours that the priority allows, if it does."},
    Variable{.name = "overdue", .kind = &kinds::overdue, .supplied = Supplied::never,
             .about = "Whether the work should be done by now, but is not."},
    Variable{.name = "description", .limit = 0, .column = "description", .free_text = true, .supplied = Supplied::on_add,
             .about = "The matter at length, which is also the first entry of the history."},
    Variable{.name = "opened_by", .kind = &kinds::reference, .column = "opened_by_id", .reference = &opened_by,
             .about = "The technician who opened the ticket; omitted: the one in `uid`; none: the customer did."},
    Variable{.name = "portal", .kind = &kinds::reference, .column = "portal_id", .reference = &portal,
             .about = "The customer portal where the ticket belongs; omitted on add: the customer's."},
    Variable{.name = "contract", .kind = &kinds::reference, .column = "contract_id", .reference = &contract,
             .about = "The support contract that pays for the work: one of the customer's that has started."},
    Variable{.name = "tags", .kind = &kinds::text_list, .list = &tags,
             .about = "Words of your own by which tickets are found."},
    Variable{.name = "history_count", .kind = &kinds::count, .list = &entries, .supplied = Supplied::never,
             .about = "How many entries the history has; an entry that changes nothing of the ticket leaves its ETag and `last_updated`."},
    Variable{.name = "merged_into", .kind = &kinds::reference, .column = "merged_into_id", .reference = &ticket, .supplied = Supplied::never,
             .about = "The ticket into which this one was merged, until it is opened again."},
    Variable{.name = any_field, .kind = &kinds::fields, .fields = &fields,
             .about = "The value of the ticket field with the ID N."},
    Variable{.name = "into_tid", .kind = &kinds::named, .reference = &ticket, .supplied = Supplied::never,
             .about = "The ticket into which another one is merged."},
    Variable{.name = "closing_status", .kind = &kinds::named, .reference = &closing_status, .supplied = Supplied::never,
             .about = "The status that a merged ticket gets: the first that is closed."},
    Variable{.name = "uid", .kind = &kinds::named, .reference = &doer,
             .about = "The technician who does this, for the history: of a new ticket the author of the first entry, of a change that of its entry; omitted: who opened it, or the API key."},
    Variable{.name = "by_cid", .kind = &kinds::named, .reference = &customer_who_does, .supplied = Supplied::never,
             .about = "The customer whose entry in the history changes the ticket."},
};

constexpr std::array selectors = {
    Selector{.name = "tid", .finder = &finders::id, .columns = {"id"}, .all = true, .many = true,
             .about = "Picks tickets by their numbers."},
    Selector{.name = "keyword", .finder = &finders::keyword, .lists = {&words, &texts},
             .about = "Finds tickets by words of their subject, their description and their history."},
    Selector{.name = "keyword_match", .finder = &finders::keyword_match,
             .about = "Says how a keyword is meant."},
    Selector{.name = "start_tid", .finder = &finders::number_from, .columns = {"id"},
             .about = "Begins the list at this number."},
    Selector{.name = "end_tid", .finder = &finders::number_to, .columns = {"id"},
             .about = "Ends the list at this number."},
    Selector{.name = "cid", .finder = &finders::equals, .columns = {"cid"}, .through = {"cid"}, .all = true, .many = true,
             .about = "Finds the tickets of customers."},
    Selector{.name = "start_cid", .finder = &finders::prefix_from, .columns = {"cid"}, .through = {"cid"},
             .about = "Leaves out tickets of customers before this name."},
    Selector{.name = "end_cid", .finder = &finders::prefix_to, .columns = {"cid"}, .through = {"cid"},
             .about = "Leaves out tickets of customers after the names with this beginning."},
    Selector{.name = "company", .finder = &finders::id_or_name, .columns = {"name"}, .through = {"company"},
             .about = "Finds the tickets of a company."},
    Selector{.name = "email", .finder = &finders::equals, .columns = {"email"},
             .about = "Finds tickets by their e-mail address."},
    Selector{.name = "source", .finder = &finders::equals, .columns = {"name"}, .through = {"source"},
             .about = "Finds tickets by the way in which they came in."},
    Selector{.name = "start_date", .finder = &finders::date_from, .columns = {"open_date"}, .event = "opened",
             .about = "Leaves out tickets that were opened before this time."},
    Selector{.name = "end_date", .finder = &finders::date_to, .columns = {"open_date"}, .event = "opened",
             .about = "Leaves out tickets that were opened after this time."},
    Selector{.name = "start_close_date", .finder = &finders::date_from, .columns = {"close_date"}, .event = "closed",
             .about = "Leaves out tickets that were closed before this time, or are not."},
    Selector{.name = "end_close_date", .finder = &finders::date_to, .columns = {"close_date"}, .event = "closed",
             .about = "Leaves out tickets that were closed after this time, or are not."},
    Selector{.name = "category", .finder = &finders::equals, .columns = {"name"}, .through = {"category"},
             .about = "Finds tickets by their category."},
    Selector{.name = "sub_category", .finder = &finders::equals, .columns = {"name"}, .through = {"sub_category"},
             .about = "Finds tickets by the part of their category, in any category."},
    Selector{.name = "assigned_to", .finder = &finders::equals, .columns = {"uid"}, .through = {"assigned_to"},
             .about = "Finds the tickets of a technician."},
    Selector{.name = "assigned_group", .finder = &finders::id_or_name, .columns = {"name"}, .through = {"assigned_group"},
             .about = "Finds the tickets of a technician group."},
    Selector{.name = "escalation_level", .finder = &finders::equals, .columns = {"name"}, .through = {"escalation_level"},
             .about = "Finds tickets by how far they are escalated."},
    Selector{.name = "status", .finder = &finders::equals, .columns = {"name"}, .through = {"status"},
             .about = "Finds tickets by how far the work is."},
    Selector{.name = "closed", .finder = &finders::flag, .columns = {"closed"}, .through = {"status"},
             .about = "Tells tickets whose status is closed from the others."},
    Selector{.name = "unassigned", .finder = &finders::lacks, .columns = {"technician_id", "group_id"},
             .about = "Finds tickets that nobody works on, neither a technician nor a group."},
    Selector{.name = "due_date", .finder = &finders::date_on, .columns = {"due_date"}, .event = "due",
             .about = "Finds tickets that are due on this day, or by this time."},
    Selector{.name = "overdue", .finder = &finders::overdue, .columns = {"due_date"},
             .about = "Finds tickets that should be done by now, but are not."},
    Selector{.name = "viewable_by", .finder = &finders::viewable_by, .columns = {"id"},
             .about = "Finds the tickets that a customer may see."},
    Selector{.name = "visible_to", .finder = &finders::visible_to, .columns = {"id"},
             .about = "Finds the tickets that a technician may see."},
    Selector{.name = "subject", .finder = &finders::equals, .columns = {"subject"},
             .about = "Finds tickets by their whole subject."},
    Selector{.name = "priority", .finder = &finders::equals, .columns = {"name"}, .through = {"priority"},
             .about = "Finds tickets by how urgent they are."},
    Selector{.name = "tag", .finder = &finders::equals, .lists = {&tags},
             .about = "Finds tickets that have the tag."},
    Selector{.name = any_field, .finder = &finders::field,
             .about = "Finds tickets by the value of a field."},
    Selector{.name = "deleted", .finder = &finders::flag, .columns = {"deleted"},
             .about = "Finds tickets that were deleted and can be restored, which no other selector finds without it."},
    Selector{.name = "message_id", .finder = &finders::equals, .lists = {&mails},
             .about = "Finds the ticket that has the e-mail with this Message-ID in its history."},
    Selector{.name = "description", .finder = &finders::long_text,
             .about = "Says whether the list has the tickets' descriptions, which may be long."},
    Selector{.name = "count_by", .finder = &finders::count_by,
             .about = "Counts the tickets that have something in common, and says how long they took, instead of listing them."},
    Selector{.name = "updated_since", .finder = &finders::changed_since, .columns = {"last_updated"},
             .about = "Finds what was added or changed since your last look, for a copy that is kept up to date."},
    Selector{.name = "after_id", .finder = &finders::after_id, .columns = {"id"},
             .about = "Continues a list after the last record of the page before."},
};
// clang-format on

constexpr std::array indexes = {Index{.columns = {"customer_id"}},
                                Index{.columns = {"company_id"}},
                                Index{.columns = {"email"}},
                                Index{.columns = {"source_id"}},
                                Index{.columns = {"technician_id"}},
                                Index{.columns = {"group_id"}},
                                Index{.columns = {"escalation_level_id"}},
                                Index{.columns = {"status_id"}},
                                Index{.columns = {"subject"}},
                                Index{.columns = {"priority_id"}},
                                Index{.columns = {"deleted"}}};

constexpr std::array verbs_of_tickets = {&verbs::add,     &verbs::update,  &verbs::remove,
                                         &verbs::restore, &verbs::purge,   &merge_tickets,
                                         &verbs::get,     &verbs::import_, &verbs::export_};
constexpr std::array<Alias, 1> other_actions = {{{.name = "merge_ticket", .of = "merge_tickets"}}};
constexpr std::array<Alias, 5> aliases = {{{.name = "ticket_id", .of = "tid"},
                                           {.name = "uid", .of = "assigned_to"},
                                           {.name = "group", .of = "assigned_group"},
                                           {.name = "escalation", .of = "escalation_level"},
                                           {.name = "message", .of = "description"}}};

}  // namespace

const Resource& tickets() {
    static const Resource resource =
        with_outputs({.names = {.one = "ticket", .many = "tickets", .element = "ticket", .noun = "ticket"},
                      .table = "tickets",
                      .variables = variables,
                      .selectors = selectors,
                      .key = {.variable = "tid", .again = "tid"},
                      .deleted = "deleted",
                      .parts = &ticket_history,
                      .indexes = indexes,
                      .timestamps = true,
                      .versioned = true,
                      .deadline = &deadline,
                      .counting = &counting,
                      .word_index = &word_index,
                      .rules = ticket_rules,
                      .verbs = verbs_of_tickets,
                      .action_aliases = other_actions,
                      .variable_aliases = aliases});
    return resource;
}

}  // namespace helpdesk
