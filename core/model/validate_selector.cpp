#include <algorithm>

#include "model/validate.h"

namespace helpdesk {
namespace {

bool has_column(SelectorKind kind) {
    return kind != SelectorKind::id && kind != SelectorKind::after_id;
}

// Each but these can stand in a table more than once.
bool is_single(SelectorKind kind) {
    return kind == SelectorKind::id || kind == SelectorKind::name || kind == SelectorKind::after ||
           kind == SelectorKind::changed_since || kind == SelectorKind::after_id;
}

bool is_time(const Resource& resource, std::string_view column) {
    return std::any_of(resource.outputs.begin(), resource.outputs.end(), [&](const Output& output) {
        return output.source == Output::Source::time && output.column == column;
    });
}

bool is_variable(const Resource& resource, std::string_view column) {
    return std::any_of(resource.variables.begin(), resource.variables.end(), [&](const Variable& variable) {
        return variable.column == column && variable.kind != Kind::date_list;
    });
}

bool has_selector(const Resource& resource, SelectorKind kind) {
    return std::any_of(resource.selectors.begin(), resource.selectors.end(),
                       [&](const Selector& selector) { return selector.kind == kind; });
}

bool has_list(const Resource& resource, const ListTable* list) {
    return std::any_of(resource.variables.begin(), resource.variables.end(),
                       [&](const Variable& variable) { return variable.list == list; });
}

}  // namespace

void validate_selector(const Resource& resource, const Selector& selector, Complaints& complaints) {
    const auto expect = [&](bool holds, std::string_view what) {
        complaints.expect(holds, selector.name, what);
    };
    expect(has_column(selector.kind) == !selector.column.empty(),
           "must have a column if its kind compares one, and only then");
    switch (selector.kind) {
        case SelectorKind::name:
        case SelectorKind::prefix_from:
        case SelectorKind::prefix_to:
        case SelectorKind::after:
            expect(resource.name() != nullptr && selector.column == resource.name()->column,
                   "selects by a column that is not the identifier's");
            break;
        case SelectorKind::date_from:
        case SelectorKind::date_to:
            expect(is_time(resource, selector.column), "selects by the time in a column that has none");
            break;
        case SelectorKind::changed_since:
            expect(resource.timestamps && selector.column == last_updated,
                   "walks by the time of change, but the resource has none");
            expect(has_selector(resource, SelectorKind::after_id),
                   "walks, but no selector says where a page begins");
            break;
        case SelectorKind::after_id:
            expect(has_selector(resource, SelectorKind::changed_since), "continues a walk, but none begins");
            break;
        case SelectorKind::any_of:
            expect(is_variable(resource, selector.column), "selects by a column that no variable has");
            expect(selector.list != nullptr && selector.list->reference == nullptr &&
                       has_list(resource, selector.list),
                   "selects by a list of texts, but no variable has it");
            break;
        case SelectorKind::located:
            expect(resource.has_place(), "selects by coordinates, but there are none");
            break;
        case SelectorKind::id:
            break;
    }
    expect(selector.kind == SelectorKind::any_of || selector.list == nullptr,
           "has a list, which its kind does not read");
    expect(!selector.all || selector.kind == SelectorKind::id || selector.kind == SelectorKind::name,
           "cannot select all, which only IDs and names do");
    expect(!selector.many || selector.kind == SelectorKind::name,
           "cannot select several, which only names do");
    expect(!is_single(selector.kind) ||
               std::count_if(resource.selectors.begin(), resource.selectors.end(),
                             [&](const Selector& other) { return other.kind == selector.kind; }) == 1,
           "is of a kind that may stand there only once");
}

}  // namespace helpdesk
