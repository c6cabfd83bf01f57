#include "model/action.h"

#include <algorithm>

#include "model/fields.h"
#include "request/decode.h"
#include "text.h"

namespace helpdesk {
namespace {

std::string replaced(std::string text, std::string_view what, const std::string& by) {
    const std::size_t place = text.find(what);
    return place == std::string::npos ? text : text.replace(place, what.size(), by);
}

std::string about(const Verb& verb, const ResourceNames& names) {
    const bool begins_with_vowel =
        std::string_view("aeiou").find(names.noun.front()) != std::string_view::npos;
    std::string many(names.many);
    std::replace(many.begin(), many.end(), '_', ' ');
    return replaced(replaced(std::string(verb.about), "{one}",
                             (begins_with_vowel ? "an " : "a ") + std::string(names.noun)),
                    "{many}", many);
}

// Leaves out an alias that has the name of a variable of the action.
std::vector<Alias> aliases_of_variables(const Resource& resource, const std::vector<std::string>& variables) {
    const auto reads = [&](std::string_view name) {
        return std::find(variables.begin(), variables.end(), name) != variables.end();
    };
    std::vector<Alias> aliases;
    for (const Alias& alias : resource.variable_aliases)
        if (reads(alias.of) && !reads(alias.name))
            aliases.push_back(alias);
    return aliases;
}

Action make_action(const Verb& verb, const Resource& resource) {
    const std::string noun(verb.many ? resource.names.many : resource.names.one);
    Action action{.name = std::string(verb.name) + "_" + noun,
                  .answer = verb.answer.empty() ? noun : std::string(verb.answer) + "_" + noun,
                  .verb = verb,
                  .resource = resource,
                  .variables = verb.variables(verb, resource),
                  .aliases = {},
                  .variable_aliases = {},
                  .about = about(verb, resource.names)};
    for (const Alias& alias : resource.action_aliases)
        if (alias.of == action.name)
            action.aliases.emplace_back(alias.name);
    action.variable_aliases = aliases_of_variables(resource, action.variables);
    return action;
}

std::vector<Action> make_actions() {
    std::vector<Action> all;
    for (const Resource* resource : all_resources())
        for (Action& action : actions_of(*resource))
            all.push_back(std::move(action));
    return all;
}

// Returns what the rows of imports of resources with parts do, and what the parts in them do. They have the
// name of the import, for messages.
std::vector<Action> make_brought() {
    std::vector<Action> brought;
    for (const Resource* resource : all_resources()) {
        if (resource->parts == nullptr)
            continue;
        for (const Resource* each : {resource, &resource->parts()}) {
            brought.push_back(make_action(verbs::bring, *each));
            brought.back().name = "import_" + std::string(resource->names.many);
        }
    }
    return brought;
}

}  // namespace

bool Action::is_called(std::string_view other) const {
    return text::equal_ignoring_case(name, other) ||
           std::any_of(aliases.begin(), aliases.end(),
                       [&](const std::string& alias) { return text::equal_ignoring_case(alias, other); });
}

bool Action::knows(std::string_view variable) const {
    const std::string_view row = is_field(variable) ? any_field : variable;
    return std::find(variables.begin(), variables.end(), row) != variables.end();
}

std::string_view Action::resolve(std::string_view name) const {
    if (knows(name))
        return name;
    const auto found = std::find_if(variable_aliases.begin(), variable_aliases.end(),
                                    [&](const Alias& alias) { return alias.name == name; });
    return found == variable_aliases.end() ? std::string_view() : found->of;
}

void UnknownNames::add(const std::string& name, Problems& problems) {
    constexpr std::size_t most_listed = 20;
    // Who sends dry_run wants nothing to be changed.
    if (reject_ || (name == dry_run_variable && action_.verb.changes)) {
        problems.push_back(
            {code::unknown_variable, printable_name(name),
             name.empty() ? "a column or variable has no name" : "is not a variable of " + action_.name});
    } else if (listed_.size() < most_listed &&
               std::find(listed_.begin(), listed_.end(), name) == listed_.end()) {
        listed_.push_back(name);
        ignored_ += (ignored_.empty() ? "" : ",") + (name.empty() ? "\"\"" : printable_name(name));
    }
}

const std::vector<Action>& actions() {
    static const std::vector<Action> actions = make_actions();
    return actions;
}

std::vector<Action> actions_of(const Resource& resource) {
    std::vector<Action> actions;
    for (const Verb* verb : resource.verbs)
        actions.push_back(make_action(*verb, resource));
    return actions;
}

const Action* find_action(std::string_view name) {
    const auto found = std::find_if(actions().begin(), actions().end(),
                                    [&](const Action& action) { return action.is_called(name); });
    return found == actions().end() ? nullptr : &*found;
}

const Action* find_action(const Resource& resource, const Verb& verb) {
    static const std::vector<Action> brought = make_brought();
    const std::vector<Action>& all = verb.brings ? brought : actions();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Action& action) {
        return &action.resource == &resource && &action.verb == &verb;
    });
    return found == all.end() ? nullptr : &*found;
}

std::vector<const Verb*> modes_of(const Resource& resource) {
    if (resource.parts != nullptr)
        return {&verbs::bring};
    std::vector<const Verb*> modes;
    for (const Verb* verb : resource.verbs)
        if (verb->is_mode)
            modes.push_back(verb);
    return modes;
}

std::string list_modes(const Resource& resource, std::string_view quote) {
    const std::vector<const Verb*> modes = modes_of(resource);
    std::string text;
    for (std::size_t i = 0; i < modes.size(); ++i) {
        const std::string_view separator = i == 0 ? "" : i + 1 < modes.size() ? ", " : " or ";
        text.append(separator).append(quote).append(modes[i]->name).append(quote);
    }
    return text;
}

}  // namespace helpdesk
