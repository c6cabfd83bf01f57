// A small resource with all that a table may have but references and lists.
#pragma once

#include <algorithm>
#include <array>

#include "model/action.h"
#include "model/finder.h"

namespace helpdesk::db {

inline constexpr std::array page_variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name"},
    Variable{.name = "title", .column = "title"},
    Variable{.name = "body", .limit = 0, .column = "body"},
};
inline constexpr std::array page_selectors = {
    Selector{.name = "id", .finder = &finders::id, .columns = {"id"}, .all = true, .many = true},
    Selector{.name = "name", .finder = &finders::name, .columns = {"name"}, .all = true, .many = true},
    Selector{.name = "updated_since", .finder = &finders::changed_since, .columns = {"last_updated"}},
    Selector{.name = "after_id", .finder = &finders::walk_position},
};
inline constexpr std::array page_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};

inline const Resource& pages() {
    static const Resource resource =
        with_outputs({.names = {.one = "page", .many = "pages", .element = "page", .noun = "page"},
                      .table = "pages",
                      .variables = page_variables,
                      .selectors = page_selectors,
                      .timestamps = true,
                      .versioned = true,
                      .verbs = page_verbs});
    return resource;
}

// Its records have a number only.
inline const Resource& entries() {
    static const Resource resource =
        with_outputs({.names = {.one = "entry", .many = "entries", .element = "entry", .noun = "entry"},
                      .table = "entries",
                      .variables = std::span(page_variables).subspan(1, 1),
                      .selectors = std::span(page_selectors).first(1),
                      .verbs = page_verbs});
    return resource;
}

inline const Action& action_of(const Resource& resource, const Verb& verb) {
    static const std::vector<Action> all = [] {
        std::vector<Action> actions = actions_of(pages());
        for (const Action& action : actions_of(entries()))
            actions.push_back(action);
        return actions;
    }();
    return *std::find_if(all.begin(), all.end(), [&](const Action& action) {
        return &action.resource == &resource && &action.verb == &verb;
    });
}

}  // namespace helpdesk::db
