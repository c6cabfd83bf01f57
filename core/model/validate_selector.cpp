#include <algorithm>

#include "model/finder.h"
#include "model/path.h"
#include "model/validate.h"

namespace helpdesk {
namespace {

// Returns whether a selector of another resource can compare the column. Selectors of the resource itself can
// compare further ones.
bool has_column(const Resource& resource, std::string_view column) {
    return column == "id" || variable_in(resource, column) != nullptr ||
           (resource.timestamps && (column == date_added || column == last_updated));
}

// Texts are looked for in lists of texts, numbers in lists of IDs.
bool has_list(const Resource& resource, const ListTable* list, const Finder& finder) {
    return (list->reference != nullptr) == (&finder == &finders::number) &&
           std::any_of(resource.variables.begin(), resource.variables.end(),
                       [&](const Variable& variable) { return variable.list == list; });
}

// Whether it is a column of the records of another resource that belong to these.
bool is_of_parts(const Resource& resource, const ListTable* list) {
    return std::any_of(all_resources().begin(), all_resources().end(), [&](const Resource* other) {
        const Variable* part_of = other->find(other->part_of);
        return part_of != nullptr && part_of->column == list->owner && other->table == list->table &&
               part_of->reference->to().table == resource.table &&
               variable_in(*other, list->column) != nullptr;
    });
}

template <typename Is>
bool has_selector(const Resource& resource, Is is) {
    return std::any_of(resource.selectors.begin(), resource.selectors.end(),
                       [&](const Selector& selector) { return is(*selector.finder); });
}

}  // namespace

void validate_selector(const Resource& resource, const Selector& selector, Complaints& complaints) {
    const auto expect = [&](bool holds, std::string_view what) {
        complaints.expect(holds, selector.name, what);
    };
    const Finder& finder = *selector.finder;
    const bool anywhere = finder.reach == Reach::anywhere;
    const bool own = selector.through.empty();
    expect(
        (finder.selects() && !finder.finds_fields) == !(selector.columns.empty() && selector.lists.empty()),
        "must have a column if its finder compares one, and only then");
    expect(anywhere || selector.columns.size() <= 1, "has several columns, but its finder compares only one");
    expect(anywhere || selector.lists.empty(), "has a list, which its finder does not compare");
    const std::vector<Hop> path = path_of(resource, selector);
    expect(path.size() == selector.through.size(), "goes through a variable that is no reference");
    if (path.size() != selector.through.size())
        return;
    const Resource& looked_at = own ? resource : *path.back().resource;
    expect(own || (!finder.unique && !finder.is_keyset() && !finder.is_walk()),
           "cannot go through a reference, which many records have in common");
    if ((finder.unique || finder.is_keyset()) && !selector.columns.empty())
        expect(selector.columns.front() == "id" ||
                   (resource.name() != nullptr && selector.columns.front() == resource.name()->column),
               "selects by a column that is not the identifier's");
    expect(!finder.finds_words || (selector.columns.empty() && selector.lists.size() == 2),
           "looks for words, but not in the two tables of their index");
    expect(!finder.finds_words || own || selector.lists.size() != 2 ||
               (selector.lists.begin()[1]->table == resource.table && looked_at.word_index != nullptr &&
                selector.lists.front()->table == looked_at.word_index->words->table),
           "looks for words of another record, but not in its index and the words of its own");
    if (own && anywhere && !finder.finds_words)
        for (const std::string_view column : selector.columns)
            expect(variable_in(resource, column) != nullptr, "selects by a column that no variable has");
    if (!own)
        for (const std::string_view column : selector.columns)
            expect(has_column(looked_at, column), "looks at a column that the other resource does not have");
    if (anywhere && !finder.finds_words)
        for (const ListTable* list : selector.lists)
            expect(has_list(looked_at, list, finder) || is_of_parts(looked_at, list),
                   &finder == &finders::number ? "selects by a list of IDs, but no variable has it"
                                               : "selects by a list of texts, but no variable has it");
    const Variable* only_if = selector.only_if.empty() ? nullptr : variable_in(resource, selector.only_if);
    expect(selector.only_if.empty() || (only_if != nullptr && only_if->choices != nullptr),
           "asks for a Y in a column that has none");
    if (finder.unsuited != nullptr) {
        const std::string_view why = finder.unsuited(looked_at, selector);
        expect(why.empty(), why);
    }
    expect(
        !finder.is_walk() || has_selector(resource, [](const Finder& other) { return other.continues_walk; }),
        "walks, but no selector says where a page begins");
    expect(finder.refines == nullptr ||
               has_selector(resource, [&](const Finder& other) { return &other == finder.refines; }),
           "refines a selector that is not there");
    expect(!finder.is_walk_position() ||
               has_selector(resource, [](const Finder& other) { return other.is_walk(); }),
           "continues a walk, but none begins");
    expect(!selector.all || finder.takes_several, "cannot select all, which only IDs and names do");
    expect(!selector.many || finder.takes_several, "cannot select several, which only names do");
    const bool single = finder.unique || finder.is_keyset() || finder.is_walk() || finder.continues_walk ||
                        finder.refines != nullptr || finder.finds_words;
    expect(!single || std::count_if(resource.selectors.begin(), resource.selectors.end(),
                                    [&](const Selector& other) { return other.finder == &finder; }) == 1,
           "has a finder that only one selector may have");
}

}  // namespace helpdesk
