#include "answer/reference.h"

#include "answer/codes.h"
#include "answer/problem.h"
#include "model/action.h"
#include "model/finder.h"
#include "request/select.h"

namespace helpdesk {
namespace {

std::string quote(std::string_view text) {
    return "`" + std::string(text) + "`";
}

void describe_actions(const Resource& resource, std::string& text) {
    const std::string identifier = quote(resource.identifier().name);
    const std::string finds = resource.known_by_id ? "`id` or " + identifier : identifier;
    const std::string answers = resource.known_by_id ? "the ID" : "the " + identifier + " as stored";
    const auto line = [&](Verb verb, const std::string& reads) {
        const Action& action = *find_action(resource, verb);
        const std::string answer =
            verb == Verb::get ? quote(action.answer) + ", a list" : quote(action.answer) + ", " + answers;
        text += "- " + quote(action.name) + ": " + action.about + " Takes " + reads + ". Answer: " + answer +
                ".\n";
    };
    line(Verb::add, "the variables below");
    line(Verb::update,
         finds + ", and what is to change of the variables below" +
             (resource.known_by_id
                  ? "; " + quote(std::string(rename_prefix) + std::string(resource.identifier().name)) +
                        " renames"
                  : ""));
    if (const Action* upsert = find_action(resource, Verb::upsert))
        text += "- " + quote(upsert->name) + ": " + upsert->about +
                " Takes the variables below. Answer: " + quote(find_action(resource, Verb::add)->answer) +
                " or " + quote(upsert->answer) + ", " + answers + ".\n";
    line(Verb::remove, finds);
    line(Verb::get, "the selectors below");
    if (find_action(resource, Verb::locate) != nullptr)
        line(Verb::locate, finds);
    if (const Action* verify = find_action(resource, Verb::verify)) {
        text += "- " + quote(verify->name) + ": " + verify->about + " Takes";
        for (const std::string& name : verify->variables)
            text += (&name == &verify->variables.front() ? " " : ", ") + quote(name);
        text += ". Answer: " + quote(verify->answer) + ", `Y` or `N`";
        for (const std::string_view name : resource.sign_in->outputs)
            text += ", " + quote(name);
        text += "; `N` as well where `" + std::string(resource.sign_in->allowed_by) + "` is.\n";
    }
    if (const Action* import = find_action(resource, Verb::import_))
        text +=
            "- " + quote(import->name) + ": " + import->about +
            " Takes a POST whose body is CSV or NDJSON, with a row for each call, and in the query string "
            "`mode` (`add`, `update` or `upsert`) and `dry_run` (`Y`: nothing is changed). Answer: " +
            quote(import->answer) +
            ", how many were added or updated, `rows`, `added`, `updated`, `existing`, `failed`, then "
            "what was wrong with which row.\n";
    if (const Action* all = find_action(resource, Verb::export_))
        text +=
            "- " + quote(all->name) + ": " + all->about +
            " Takes the selectors below, but for `after_id`, and in `format` `csv` or `ndjson`. Answer: the "
            "records.\n";
}

void describe(const Resource& resource, std::string& text) {
    text += "### " + std::string(resource.plural) + "\n\n";
    describe_actions(resource, text);
    text += "\n| variable | what it is | value | omitted on add |\n|---|---|---|---|\n";
    for (const Variable& variable : resource.variables) {
        const Description description = variable.kind->describe(variable);
        text += "| " + quote(variable.name) + " | " + std::string(variable.about) + " | " +
                description.values + " | " + description.omitted + " |\n";
    }
    text += "\n| selector | what it does | selects |\n|---|---|---|\n";
    for (const Selector& selector : resource.selectors)
        text += "| " + quote(selector.name) + " | " + std::string(selector.about) + " | " +
                describe_selector(resource, selector) + " |\n";
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
    std::string text = "| status | code | what it means | what the error log advises |\n|---|---|---|---|\n";
    for (const auto& [status, codes] : all_codes())
        for (const CodeAbout& one : codes)
            text += "| " + std::to_string(status) + " | " + quote(one.code) + " | " + one.about + " | " +
                    std::string(advice_to_operator(one.code)) + " |\n";
    return text;
}

}  // namespace helpdesk
