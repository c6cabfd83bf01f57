#include "model/action.h"

#include <algorithm>
#include <array>

#include "request/decode.h"
#include "text.h"

namespace helpdesk {
namespace {

struct VerbNames {
    Verb verb;
    std::string_view action;
    std::string_view answer;
};

constexpr std::array verbs = {
    VerbNames{Verb::add, "add_", "added_"},
    VerbNames{Verb::update, "update_", "updated_"},
    VerbNames{Verb::upsert, "upsert_", "updated_"},
    VerbNames{Verb::remove, "delete_", "deleted_"},
    VerbNames{Verb::get, "get_", ""},
    VerbNames{Verb::verify, "verify_", "verified_"},
    VerbNames{Verb::locate, "locate_", "located_"},
    VerbNames{Verb::import_, "import_", "imported_"},
    VerbNames{Verb::export_, "export_", ""},
};

std::vector<std::string> variables_of(Verb verb, const Resource& resource) {
    std::vector<std::string> names;
    if (verb == Verb::import_)
        return {import_variables.begin(), import_variables.end()};
    if (verb == Verb::get || verb == Verb::export_) {
        // An export is no walk: it has all records at once.
        for (const Selector& selector : resource.selectors)
            if (verb == Verb::get || selector.kind != SelectorKind::after_id)
                names.emplace_back(selector.name);
        if (verb == Verb::get)
            names.insert(names.end(), paging_variables.begin(), paging_variables.end());
        return names;
    }
    if (resource.known_by_number() && verb != Verb::add)
        names.emplace_back(resource.key.variable);
    if (verb == Verb::remove || verb == Verb::locate) {
        if (resource.name() != nullptr)
            names.emplace_back(resource.name()->name);
        return names;
    }
    for (const Variable& variable : resource.variables)
        if (verb != Verb::verify || variable.kind == Kind::identifier || variable.kind == Kind::password)
            names.emplace_back(variable.name);
    if (!resource.renamed_by.empty() && verb == Verb::update)
        names.emplace_back(resource.renamed_by);
    return names;
}

std::vector<Action> make_actions() {
    std::vector<Action> actions;
    for (const Resource* resource : all_resources())
        for (const VerbNames& names : verbs) {
            // What has an ID of ours is not added under one that the client chose.
            if ((names.verb == Verb::upsert && resource->known_by_number()) ||
                (names.verb == Verb::verify && resource->sign_in == nullptr) ||
                (names.verb == Verb::locate && !resource->has_place()) ||
                (is_bulk(names.verb) && !resource->in_bulk))
                continue;
            const bool is_list = names.verb == Verb::get || is_bulk(names.verb);
            const std::string noun(is_list ? resource->plural : resource->singular);
            actions.push_back({std::string(names.action) + noun, std::string(names.answer) + noun, names.verb,
                               *resource, variables_of(names.verb, *resource)});
        }
    return actions;
}

}  // namespace

bool Action::knows(std::string_view variable) const {
    return std::find(variables.begin(), variables.end(), variable) != variables.end();
}

void UnknownNames::add(const std::string& name, Problems& problems) {
    constexpr std::size_t most_listed = 20;
    if (reject_) {
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

const Action* find_action(std::string_view name) {
    const auto found = std::find_if(actions().begin(), actions().end(), [&](const Action& action) {
        return text::equal_ignoring_case(action.name, name);
    });
    return found == actions().end() ? nullptr : &*found;
}

const Action* find_action(const Resource& resource, Verb verb) {
    const auto found = std::find_if(actions().begin(), actions().end(), [&](const Action& action) {
        return &action.resource == &resource && action.verb == verb;
    });
    return found == actions().end() ? nullptr : &*found;
}

}  // namespace helpdesk
