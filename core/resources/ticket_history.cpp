// The entries of tickets: what was said about them, and what was changed.
#include "model/value.h"
#include "request/input.h"
#include "request/json_numbers.h"
#include "resources/shared.h"
#include "search/words.h"

namespace helpdesk {
namespace {

// Only a rule writes an S, which says what an update changed.
constexpr std::array<std::string_view, 4> types = {"R", "N", "C", "E"};
constexpr std::array<std::string_view, 1> types_of_rules = {"S"};
constexpr Choices type_choices = {.values = types, .strict = true, .set_by_rules = types_of_rules};
constexpr std::array<std::string_view, 2> contents = {"text", "html"};
constexpr Choices content_choices = {.values = contents, .by_default = "text", .strict = true};
constexpr Choices viewable_or_not = {.values = y_or_n, .strict = true};

constexpr Reference ticket = {
    .to = &tickets, .by = Reference::By::id, .shown = {Shown{"tid", "id"}}, .merged_into = "merged_into_id"};
constexpr Reference technician = {.to = &technicians, .shown = {Shown{"uid"}}};
constexpr Reference customer = {.to = &customers, .shown = {Shown{"cid"}}};
constexpr Reference former_customer = {.to = &customers};
constexpr Reference status = {.to = &ticket_statuses,
                              .unknown = "unknown_status",
                              .shown = {Shown{"status"}},
                              .taken_from = "tid",
                              .taken = "status"};
constexpr Reference default_status = {.to = &ticket_statuses, .has_default = true};
constexpr Reference assigned_to = {.to = &technicians};
constexpr Reference group = {.to = &tech_groups, .by = Reference::By::id_or_name};
constexpr Reference level = {.to = &escalation_levels};
constexpr Reference priority = {.to = &ticket_priorities, .unknown = "unknown_priority"};

// Unique where there is one, so that none is no text.
const Kind unique_text = {
    .name = "unique_text",
    .read = [](const Input& input, Value& value,
               const std::string& text) { return kinds::text.read(input, value, text); },
    .describe = [](const Variable& variable) -> Description {
        return {.values = "text, " + std::to_string(variable.limit) + " characters at most, unique",
                .most_characters = variable.limit};
    }};

// A time that becomes the ticket's, not the entry's.
const Kind time_of_ticket = {
    .name = "time_of_ticket",
    .has_column = false,
    .read = [](const Input& input, Value& value,
               const std::string& text) { return kinds::time.read(input, value, text); },
    .show = show_nothing,
    .describe = [](const Variable& variable) { return kinds::time.describe(variable); }};

// A reference that only rules set, and no answer shows.
const Kind hidden_reference = {
    .name = "hidden_reference",
    .has_reference = true,
    .read = [](const Input& input, Value& value,
               const std::string& text) { return kinds::reference.read(input, value, text); },
    .show = show_nothing,
    .describe = [](const Variable& variable) { return kinds::reference.describe(variable); }};

// The texts in which keywords are looked for. No answer shows them.
const Kind indexed_words = {.name = "indexed_words",
                            .read = [](const Input&, Value& value, const std::string& text) -> bool {
                                value.text = text;
                                return true;
                            },
                            .omit = [](const Input&, Value& value) { value.text = ""; },
                            .show = show_nothing,
                            .describe = [](const Variable&) -> Description { return {.values = "words"}; }};

constexpr ListTable words_of_tickets = {.table = "ticket_words", .owner = "ticket_id", .column = "word"};
constexpr ListTable words_of_entries = {.table = "ticket_history", .owner = "id", .column = "words"};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "tid", .kind = &kinds::reference, .column = "ticket_id", .reference = &ticket, .required = true, .supplied = Supplied::on_add,
             .about = "The ticket that the entry belongs to; an entry for one that was merged goes to the other ticket."},
    Variable{.name = "date", .kind = &kinds::time, .column = "date", .supplied = Supplied::on_add,
             .about = "When it was; omitted: now."},
    Variable{.name = "type", .kind = &kinds::choice, .column = "type", .choices = &type_choices,
             .about = "A reply, a note, a call or an e-mail; `S` are the changes of the ticket; omitted: a reply with `cid`, otherwise a note."},
    Variable{.name = "uid", .kind = &kinds::reference, .column = "technician_id", .reference = &technician, .supplied = Supplied::on_add,
             .about = "The technician who wrote it."},
    Variable{.name = "cid", .kind = &kinds::reference, .column = "customer_id", .reference = &customer, .supplied = Supplied::on_add,
             .about = "The customer who wrote it: the ticket's, or one of the same company."},
    Variable{.name = "author", .column = "author", .free_text = true, .supplied = Supplied::brought,
             .about = "What the author was called at that time; without `uid` and `cid` the API key."},
    Variable{.name = "notes", .limit = 0, .column = "notes", .free_text = true, .required = true, .may_be_brought_empty = true,
             .about = "The text."},
    Variable{.name = "content_type", .kind = &kinds::choice, .column = "content_type", .choices = &content_choices,
             .about = "Whether the text is HTML, which is stored as it is."},
    Variable{.name = "customer_viewable", .kind = &kinds::flag, .column = "customer_viewable", .choices = &viewable_or_not,
             .about = "Whether the customer may see it; omitted: replies and e-mails only."},
    Variable{.name = "status", .kind = &kinds::reference, .column = "status_id", .reference = &status, .supplied = Supplied::on_add,
             .about = "The ticket's status after the entry; when supplied, the ticket gets it."},
    Variable{.name = "changes", .limit = 0, .column = "changes", .free_text = true, .supplied = Supplied::brought,
             .about = "Each variable of the ticket that was changed, with its old and its new value, as JSON."},
    Variable{.name = "from", .limit = 0, .column = "mail_from", .supplied = Supplied::on_add,
             .about = "Who sent the e-mail."},
    Variable{.name = "to", .limit = 0, .column = "mail_to", .supplied = Supplied::on_add,
             .about = "Who got the e-mail."},
    Variable{.name = "cc", .limit = 0, .column = "mail_cc", .supplied = Supplied::on_add,
             .about = "Who got a copy of the e-mail."},
    // The Message-ID names the mail, not the delivery. A gateway that delivers it again may have chosen another ticket
    // in the meantime, because the first one was merged or deleted: an error would make it try for ever, and a second
    // entry would bring back what was deleted as spam. So the first entry stays the only one, until it is purged.
    Variable{.name = "message_id", .kind = &unique_text, .column = "message_id", .supplied = Supplied::on_add,
             .about = "The e-mail's Message-ID; an e-mail that is sent again is one entry, whatever ticket it names, and the answer is that of the first."},
    Variable{.name = "assigned_to", .kind = &kinds::named, .reference = &assigned_to, .supplied = Supplied::on_add,
             .about = "The technician who works on the ticket from now on."},
    Variable{.name = "assigned_group", .kind = &kinds::named, .reference = &group, .supplied = Supplied::on_add,
             .about = "The technician group that works on the ticket from now on."},
    Variable{.name = "escalation_level", .kind = &kinds::named, .reference = &level, .supplied = Supplied::on_add,
             .about = "How far the ticket is escalated from now on."},
    Variable{.name = "priority", .kind = &kinds::named, .reference = &priority, .supplied = Supplied::on_add,
             .about = "How urgent the ticket is from now on."},
    Variable{.name = "due_date", .kind = &time_of_ticket, .supplied = Supplied::on_add,
             .about = "When the ticket's work is to be done from now on."},
    Variable{.name = "former_cid", .kind = &hidden_reference, .column = "former_customer_id", .reference = &former_customer, .supplied = Supplied::never,
             .about = "The customer whose ticket it was before the change that gave it to another one."},
    Variable{.name = "words", .kind = &indexed_words, .limit = 0, .column = "words", .supplied = Supplied::never,
             .about = "The words of the text, by which a keyword finds the entry."},
    Variable{.name = "default_status", .kind = &kinds::named, .reference = &default_status, .supplied = Supplied::never,
             .about = "The status that a customer's reply gives a ticket whose own status says so."},
};

constexpr std::array selectors = {
    Selector{.name = "id", .finder = &finders::id, .columns = {"id"}, .all = true, .many = true,
             .about = "Picks entries by their IDs."},
    Selector{.name = "tid", .finder = &finders::number, .columns = {"ticket_id"}, .all = true, .many = true,
             .about = "Finds the entries of tickets."},
    Selector{.name = "keyword", .finder = &finders::keyword, .lists = {&words_of_tickets, &words_of_entries}, .through = {"tid"},
             .about = "Finds entries by words of their own text, not of the rest of the ticket."},
    Selector{.name = "keyword_match", .finder = &finders::keyword_match,
             .about = "Says how a keyword is meant."},
    Selector{.name = "status", .finder = &finders::equals, .columns = {"name"}, .through = {"tid", "status"},
             .about = "Finds the entries of tickets by how far the work is now."},
    Selector{.name = "uid", .finder = &finders::equals, .columns = {"uid"}, .through = {"tid", "assigned_to"},
             .about = "Finds the entries of the tickets of a technician."},
    Selector{.name = "group", .finder = &finders::id_or_name, .columns = {"name"}, .through = {"tid", "assigned_group"},
             .about = "Finds the entries of the tickets of a technician group."},
    Selector{.name = "cid", .finder = &finders::equals, .columns = {"cid"}, .through = {"tid", "cid"},
             .about = "Finds the entries of the tickets of a customer."},
    Selector{.name = "start_tid", .finder = &finders::number_from, .columns = {"ticket_id"},
             .about = "Leaves out entries of tickets before this number."},
    Selector{.name = "end_tid", .finder = &finders::number_to, .columns = {"ticket_id"},
             .about = "Leaves out entries of tickets after this number."},
    Selector{.name = "start_date", .finder = &finders::date_from, .columns = {"open_date"}, .through = {"tid"}, .event = "opened",
             .about = "Leaves out entries of tickets that were opened before this time."},
    Selector{.name = "end_date", .finder = &finders::date_to, .columns = {"open_date"}, .through = {"tid"}, .event = "opened",
             .about = "Leaves out entries of tickets that were opened after this time."},
    Selector{.name = "author_uid", .finder = &finders::equals, .columns = {"uid"}, .through = {"uid"},
             .about = "Finds what a technician wrote or changed."},
    Selector{.name = "author_cid", .finder = &finders::equals, .columns = {"cid"}, .through = {"cid"},
             .about = "Finds what a customer wrote or changed."},
    Selector{.name = "viewable_by", .finder = &finders::viewable_by, .columns = {"id"}, .through = {"tid"}, .only_if = "customer_viewable",
             .about = "Finds the entries that a customer may see."},
    Selector{.name = "visible_to", .finder = &finders::visible_to, .columns = {"id"}, .through = {"tid"},
             .about = "Finds the entries of the tickets that a technician may see."},
    Selector{.name = "type", .finder = &finders::equals, .columns = {"type"},
             .about = "Finds entries of a type, `S` among them."},
    Selector{.name = "customer_viewable", .finder = &finders::flag, .columns = {"customer_viewable"},
             .about = "Tells what the customer may see from the rest."},
    Selector{.name = "start_entry_date", .finder = &finders::date_from, .columns = {"date"},
             .about = "Leaves out entries before this time."},
    Selector{.name = "end_entry_date", .finder = &finders::date_to, .columns = {"date"},
             .about = "Leaves out entries after this time."},
    Selector{.name = "message_id", .finder = &finders::equals, .columns = {"message_id"},
             .about = "Finds the entry of an e-mail."},
    Selector{.name = "updated_since", .finder = &finders::changed_since, .columns = {"last_updated"},
             .about = "Finds what was added or changed since your last look, for a copy that is kept up to date."},
    Selector{.name = "after_id", .finder = &finders::after_id, .columns = {"id"},
             .about = "Continues a list after the last record of the page before."},
};
// clang-format on

void fill_in(Change& change) {
    if (!change.after("date"))
        change.set("date", change.now());
    if (!change.after("type"))
        change.set("type", change.after("cid") ? "R" : "N");
    if (!change.after("customer_viewable"))
        change.set("customer_viewable",
                   change.after("type") == "R" || change.after("type") == "E" ? "Y" : "N");
    if (change.gives("author"))
        return;
    MaybeText author = change.key_name();
    for (const auto& [who, name] : {Referred{"uid", "name"}, Referred{"cid", "contact"}})
        if (change.after(who))
            author = change.referred(who, name).value_or("").empty() ? change.after(who)
                                                                     : change.referred(who, name);
    change.set("author", author);
}

// A change that was made elsewhere says only in its text who had the ticket before. A parser would make many
// times its size of that text, which may be as long as the body.
MaybeText former_customer_of(std::string_view changes) {
    // A name has up to 255 characters, each of which may be two escapes.
    constexpr std::size_t longest_name = 255 * 12 + 2;
    return first_json_string(find_json_list(changes, "cid"), longest_name);
}

void fill_in_brought(Change& change) {
    fill_in(change);
    change.set("former_cid", former_customer_of(change.after("changes").value_or("")));
}

// An entry that is brought keeps its author, who may belong to another company by now.
void check_brought(Change& change) {
    if (change.after("uid") && change.after("cid"))
        change.forbid({code::ambiguous, "cid", "cannot be given beside uid"});
    if (change.after("notes").value_or("").empty() && change.after("changes").value_or("").empty())
        change.forbid({code::required, "notes", "is required, unless there are changes"});
}

constexpr Rule brought_entry = {.on_bring = true,
                                .reads = {"uid", "cid"},
                                .refers = {Referred{"uid", "name"}, Referred{"cid", "contact"}},
                                .fill = fill_in_brought,
                                .check = check_brought};

// A customer speaks about tickets of the same company only.
void check_author(Change& change) {
    if (!change.gives("cid"))
        return;
    if (change.gives("uid"))
        change.forbid({code::ambiguous, "cid", "cannot be given beside uid"});
    const MaybeText company = change.referred("cid", "company_id");
    const bool same = change.referred("cid", "id") == change.referred("tid", "customer_id");
    if (change.referred("cid", "id") && change.referred("tid", "customer_id") && !same &&
        (!company || company != change.referred("tid", "company_id")))
        change.forbid({"unknown_customer", "cid", "is neither the ticket's customer nor one of its company"});
}

constexpr Rule new_entry = {
    .on_add = true,
    .reads = {"uid", "cid"},
    .refers = {Referred{"tid", "customer_id"}, Referred{"tid", "company_id"}, Referred{"uid", "name"},
               Referred{"cid", "contact"}, Referred{"cid", "id"}, Referred{"cid", "company_id"}},
    .fill = fill_in,
    .check = check_author};

// An entry may change its ticket, as an update of that would. The reply of a customer may open it again. That
// follows from the status that the question read without a lock: a reply that comes while the ticket is being
// closed is one from before, and to lock the ticket for each reply would keep replies from sharing
// statements.
void change_ticket(Change& change) {
    Change::Values values;
    for (const std::string_view name :
         {"status", "assigned_to", "assigned_group", "escalation_level", "priority", "due_date"})
        if (change.gives(name))
            values.emplace_back(name, change.after(name));
    if (change.gives("cid") && !change.gives("status") && change.referred("tid", "status.reopen") == "Y")
        values.emplace_back("status", change.referred("default_status", "name"));
    if (values.empty())
        return;
    if (change.gives("uid"))
        values.emplace_back("uid", change.after("uid"));
    if (change.gives("cid"))
        values.emplace_back("by_cid", change.after("cid"));
    change.update(tickets(), change.after("tid").value_or(""), std::move(values));
}

constexpr Rule move_ticket = {
    .on_add = true,
    .refers = {Referred{"tid", "status.reopen"}, Referred{"default_status", "name"}},
    .check = change_ticket};

constexpr Rule keep_words = {
    .on_add = true,
    .on_bring = true,
    .on_update = true,
    .if_given = {"notes", "content_type"},
    .reads = {"notes", "content_type"},
    .fill = [](Change& change) {
        change.set("words",
                   search::words_as_text(
                       change.after("notes").value_or(""),
                       change.after("content_type") == "html" ? search::Markup::html : search::Markup::none));
    }};

constexpr Rule keep_changes = {
    .on_update = true, .on_remove = true, .reads = {"type"}, .check = [](Change& change) {
        if (change.before("type") == "S")
            change.forbid({code::unchangeable, "id", "is an entry of what was changed, which stays"});
    }};

constexpr Rule index_new = {
    .on_add = true, .on_bring = true, .reads = {"tid", "notes", "content_type"}, .also = [](Change& change) {
        change.add_words(tickets(), change.after("tid").value_or(""), change.after("notes").value_or(""),
                         change.after("content_type") == "html");
    }};

constexpr Rule index_again = {
    .on_update = true,
    .on_remove = true,
    .if_given = {"notes", "content_type"},
    .reads = {"tid"},
    .also = [](Change& change) { change.renew_words(tickets(), change.before("tid").value_or("")); }};

constexpr std::array rules = {&new_entry,  &brought_entry, &move_ticket, &index_new,
                              &keep_words, &keep_changes,  &index_again};
constexpr std::array indexes = {Index{.columns = {"ticket_id", "date"}}, Index{.columns = {"type", "date"}},
                                Index{.columns = {"date"}}, Index{.columns = {"message_id"}, .unique = true}};
constexpr std::array history_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};
constexpr std::array<Alias, 2> aliases = {
    {{.name = "ticket_id", .of = "tid"}, {.name = "message", .of = "notes"}}};

}  // namespace

const Resource& ticket_history() {
    static const Resource resource = with_outputs(
        {.names = {.one = "history", .many = "history", .element = "entry", .noun = "history entry"},
         .table = "ticket_history",
         .variables = variables,
         .selectors = selectors,
         .unique = "message_id",
         .unique_repeats = true,
         .part_of = "tid",
         .order = "date",
         .indexes = indexes,
         .timestamps = true,
         .versioned = true,
         .rules = rules,
         .verbs = history_verbs,
         .variable_aliases = aliases});
    return resource;
}

}  // namespace helpdesk
