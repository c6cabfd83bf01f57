#include "answer/reference.h"

#include "answer/codes.h"
#include "answer/problem.h"
#include "model/action.h"
#include "model/counting.h"
#include "model/finder.h"
#include "request/select.h"

namespace helpdesk {
namespace {

std::string quote(std::string_view text) {
    return "`" + std::string(text) + "`";
}

void describe_names(const Action& action, std::string& text) {
    for (const std::string& alias : action.aliases)
        text += " Another name: " + quote(alias) + ".";
    for (const Alias& alias : action.variable_aliases)
        text += " " + quote(alias.name) + " is read as " + quote(alias.of) + ".";
}

void describe_actions(std::span<const Action> actions, std::string& text) {
    for (const Action& action : actions) {
        text += "- " + quote(action.name) + ": " + action.about + " Takes " + action.verb.describe(action);
        describe_names(action, text);
        text += "\n";
    }
}

void describe(std::span<const Action> actions, std::string& text) {
    const Resource& resource = actions.front().resource;
    text += "### " + std::string(resource.names.many) + "\n\n";
    describe_actions(actions, text);
    text += "\n| variable | what it is | value | omitted on add |\n|---|---|---|---|\n";
    for (const Variable& variable : resource.variables) {
        const bool is_brought = variable.supplied == Supplied::brought;
        const bool shown_only = variable.supplied == Supplied::never || is_brought;
        if (shown_only && resource.find_output(variable.name) == nullptr)
            continue;
        const Description description = variable.kind->describe(variable);
        text += "| " + quote(variable.name) + " | " + std::string(variable.about) + " | " +
                (is_brought   ? "in records and imports only"
                 : shown_only ? "in records only"
                              : description.values) +
                " | " + (shown_only ? "" : description.omitted) + " |\n";
    }
    text += "\n| selector | what it does | selects |\n|---|---|---|\n";
    for (const Selector& selector : resource.selectors)
        text += "| " + quote(selector.name) + " | " + std::string(selector.about) + " | " +
                describe_selector(resource, selector) + " |\n";
    text += "\nRecords:";
    for (const Output& output : resource.outputs)
        text += (&output == &resource.outputs.front() ? " " : ", ") + quote(output.name);
    text += ".\n\n";
    if (resource.counting == nullptr)
        return;
    text += "Counts:";
    for (const std::string_view name : count_outputs)
        text += (name == count_outputs.front() ? " " : ", ") + quote(name);
    text += ".\n\n";
}

}  // namespace

std::string reference_text(std::span<const Action> actions) {
    std::string text;
    while (!actions.empty()) {
        const auto end = std::find_if(actions.begin(), actions.end(), [&](const Action& action) {
            return &action.resource != &actions.front().resource;
        });
        const auto count = static_cast<std::size_t>(end - actions.begin());
        describe(actions.first(count), text);
        actions = actions.subspan(count);
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
