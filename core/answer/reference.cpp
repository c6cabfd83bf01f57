#include "answer/reference.h"

#include <algorithm>

#include "answer/openapi.h"
#include "answer/problem.h"
#include "model/action.h"
#include "request/select.h"

namespace helpdesk {
namespace {

std::string quote(std::string_view text) {
    return "`" + std::string(text) + "`";
}

std::string characters(const Variable& variable) {
    return variable.limit == 0 ? "no limit" : "at most " + std::to_string(variable.limit) + " characters";
}

std::string choices(const Variable& variable) {
    std::string text;
    for (const std::string_view choice : variable.choices)
        text += (text.empty() ? "" : " or ") + quote(choice);
    return text + ", in any case; any other value is " + quote(variable.choices.front()) +
           ", or `invalid_choice` with `helpdesk_unknown_variables reject`; on add an empty one is an "
           "omitted one";
}

std::string reference(const Variable& variable) {
    const Reference& reference = *variable.reference;
    std::string way = "the name or ID";
    if (reference.by != Reference::By::id_or_name)
        way = reference.by == Reference::By::id ? "the ID" : "the name";
    std::string text = way + " of a " + std::string(reference.noun);
    text += reference.first_if_unknown ? "; no match: the first" : ", else " + quote(reference.unknown);
    if (!variable.companion.empty())
        text += "; " + quote(create_new) + " makes the one that " + quote(variable.companion) + " names";
    return text;
}

}  // namespace

std::string describe_values(const Variable& variable) {
    switch (variable.kind) {
        case Kind::text:
            return "text, " + characters(variable);
        case Kind::identifier:
            return "text, " + characters(variable) + ", unique whatever its case";
        case Kind::email:
            return "an e-mail address, " + characters(variable);
        case Kind::password:
            return "a password, " + characters(variable) + "; kept as a bcrypt hash only; empty: unchanged";
        case Kind::choice:
            return choices(variable);
        case Kind::coordinate:
            return "decimal degrees from -" + std::to_string(variable.range) + " to " +
                   std::to_string(variable.range) + ", at most 9 decimals; with " + quote(variable.companion);
        case Kind::reference:
            return reference(variable);
        case Kind::new_name:
            return "text, " + characters(variable) + "; read with " + quote(variable.companion) + "=" +
                   quote(create_new) + " only";
        case Kind::text_list:
            return "a list between commas, each " + characters(variable);
        case Kind::email_list:
            return "e-mail addresses between commas, each " + characters(variable);
        case Kind::id_list:
            return "IDs of " + std::string(variable.list->reference->noun) + "s between commas, else " +
                   quote(variable.list->reference->unknown);
        case Kind::name_list:
            return "names between commas, else " + quote(variable.list->reference->unknown);
        case Kind::date_list:
            return "dates between commas, one for each of " + quote(variable.companion);
    }
    return "";
}

namespace {

std::string default_on_add(const Variable& variable) {
    if (variable.required || variable.kind == Kind::identifier)
        return "required";
    if (variable.kind == Kind::choice)
        return quote(variable.choices.front());
    if (variable.kind == Kind::reference && variable.reference->first_if_unknown)
        return "the first";
    return variable.kind == Kind::date_list ? "today" : "none";
}

}  // namespace

std::string describe_selector(const Selector& selector) {
    const std::string all = selector.all ? ", or `*` for all" : "";
    switch (selector.kind) {
        case SelectorKind::id:
            return "one ID" + all;
        case SelectorKind::name:
            return (selector.many ? "one, or several between commas" : "one") + all;
        case SelectorKind::prefix_from:
            return "those that begin with the value or come later in the alphabet";
        case SelectorKind::prefix_to:
            return "those that begin with the value or come before";
        case SelectorKind::date_from:
            return "added at or after the date";
        case SelectorKind::date_to:
            return "added at or before the date; without a time its whole day counts";
        case SelectorKind::any_of:
            return "those that have the value here or in " + quote(std::string(selector.name) + "2");
        case SelectorKind::after:
            return "those after the value, in their order: a page begins where the last one ended; empty: "
                   "the "
                   "first page";
        case SelectorKind::changed_since:
            return "changed at or after the date, in the order of change";
        case SelectorKind::after_id:
            return "the last record of the page before, whose `last_updated` goes into `updated_since`";
        case SelectorKind::located:
            return "`Y`: those with coordinates; `N`: those with an address, but without coordinates";
    }
    return "";
}

namespace {

void describe_actions(const Resource& resource, std::string& text) {
    const std::string known_by = quote(resource.known_by());
    const bool either = resource.known_by_number() && resource.name() != nullptr;
    const std::string finds = either ? quote(resource.key.variable) + " or " + known_by : known_by;
    const std::string answers = resource.key.answered ? "the ID" : "the " + known_by + " as stored";
    const auto line = [&](Verb verb, const std::string& reads) {
        const Action& action = *find_action(resource, verb);
        const std::string answer =
            verb == Verb::get ? quote(action.answer) + ", a list" : quote(action.answer) + ", " + answers;
        text += "- " + quote(action.name) + ": " + reads + ". Answer: " + answer + ".\n";
    };
    line(Verb::add, "the variables below");
    line(Verb::update,
         finds + ", and what is to change of the variables below" +
             (resource.renamed_by.empty() ? "" : "; " + quote(resource.renamed_by) + " renames"));
    if (const Action* upsert = find_action(resource, Verb::upsert))
        text +=
            "- " + quote(upsert->name) + ": the variables below. Adds the " + std::string(resource.noun) +
            " if there is none, else changes it. Answer: " + quote(find_action(resource, Verb::add)->answer) +
            " or " + quote(upsert->answer) + ", " + answers + ".\n";
    line(Verb::remove, finds);
    line(Verb::get, "the selectors below");
    if (find_action(resource, Verb::locate) != nullptr)
        line(Verb::locate, finds + ". Looks up the coordinates of the address that is stored");
    if (const Action* verify = find_action(resource, Verb::verify)) {
        text += "- " + quote(verify->name) + ":";
        for (const std::string& name : verify->variables)
            text += (&name == &verify->variables.front() ? " " : ", ") + quote(name);
        text += ". Answer: " + quote(verify->answer) + ", `Y` or `N`";
        for (const std::string_view name : resource.sign_in->outputs)
            text += ", " + quote(name);
        text += "; `N` as well where `" + std::string(resource.sign_in->allowed_by) + "` is.\n";
    }
    if (const Action* import = find_action(resource, Verb::import_))
        text += "- " + quote(import->name) +
                ": a POST whose body is CSV or NDJSON, with a row for each call, and in the query string "
                "`mode` (`add`, "
                "`update` or `upsert`) and `dry_run` (`Y`: nothing is changed). Answer: " +
                quote(import->answer) +
                ", how many were added or updated, `rows`, `added`, `updated`, `existing`, `failed`, then "
                "what was "
                "wrong with which row.\n";
    if (const Action* all = find_action(resource, Verb::export_))
        text += "- " + quote(all->name) +
                ": the selectors below, but for `after_id`, and in `format` `csv` or `ndjson`. Answer: the "
                "records, as "
                "an import takes them.\n";
}

void describe(const Resource& resource, std::string& text) {
    text += "### " + std::string(resource.plural) + "\n\n";
    describe_actions(resource, text);
    text += "\n| variable | value | omitted on add |\n|---|---|---|\n";
    for (const Variable& variable : resource.variables)
        text += "| " + quote(variable.name) + " | " + describe_values(variable) + " | " +
                default_on_add(variable) + " |\n";
    text += "\n| selector | selects |\n|---|---|\n";
    for (const Selector& selector : resource.selectors)
        text += "| " + quote(selector.name) + " | " + describe_selector(selector) + " |\n";
    text += "\nRecords:";
    for (const Output& output : resource.outputs)
        text += (&output == &resource.outputs.front() ? " " : ", ") + quote(output.name);
    text += ".\n\n";
}

}  // namespace

std::string reference_text() {
    std::string text;
    const Resource* last = nullptr;
    for (const Action& action : actions()) {
        if (&action.resource != last)
            describe(action.resource, text);
        last = &action.resource;
    }
    return text;
}

std::string errors_text() {
    std::string text = "| status | code | what the error log advises |\n|---|---|---|\n";
    for (const auto& [status, codes] : all_codes())
        for (const std::string_view code : codes)
            text += "| " + std::to_string(status) + " | " + quote(code) + " | " +
                    std::string(advice_to_operator(code)) + " |\n";
    return text;
}

}  // namespace helpdesk
