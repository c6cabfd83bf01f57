#include "model/validate.h"

namespace helpdesk {
namespace {

bool fits(Need need, bool has) {
    return need == Need::may || has == (need == Need::must);
}

void validate_list(const Variable& variable, Complaints& complaints) {
    const Items items = variable.kind->items;
    complaints.expect((items != Items::none) == (variable.list != nullptr), variable.name,
                      "must have a table of items if it is a list, and only then");
    if (variable.list == nullptr)
        return;
    const ListTable& list = *variable.list;
    complaints.expect(!list.table.empty() && !list.owner.empty() && !list.column.empty(), variable.name,
                      "has a list without a table, an owner or a column");
    complaints.expect(items != Items::counted || variable.supplied == Supplied::never, variable.name,
                      "is a count, which no call can supply");
    const bool refers = items == Items::ids || items == Items::names;
    complaints.expect(refers == (list.reference != nullptr), variable.name,
                      "must have a list with a reference if its items are IDs or names, and only then");
    if (list.reference == nullptr)
        return;
    complaints.expect((items == Items::ids) == (list.reference->by == Reference::By::id), variable.name,
                      "must refer by ID if it is a list of IDs, and only then");
    complaints.expect(!list.by_name || (items == Items::names && variable.supplied == Supplied::never),
                      variable.name,
                      "shows another list from its other end, but is no list of names, or is supplied");
}

}  // namespace

bool are_companions(const Resource& resource, const Variable& variable, const Kind& kind) {
    const Variable* companion = resource.find(variable.companion);
    return companion != nullptr && companion != &variable && companion->kind == &kind &&
           companion->companion == variable.name;
}

void validate_variable(const Resource& resource, const Variable& variable, Complaints& complaints) {
    const Kind& kind = *variable.kind;
    complaints.expect(kind.has_column == !variable.column.empty(), variable.name,
                      "must have a column if its kind is stored in one, and only then");
    complaints.expect(fits(kind.has_choices, variable.choices != nullptr), variable.name,
                      "must have choices if it is a choice, and only then");
    complaints.expect(fits(kind.has_range, variable.range.is_set()), variable.name,
                      "must have a range if its kind needs one, and only then");
    complaints.expect(kind.has_companion != Need::never || variable.companion.empty(), variable.name,
                      "has a companion, which its kind does not read");
    validate_reference(resource, variable, complaints);
    validate_list(variable, complaints);
    if (kind.validate != nullptr && fits(kind.has_choices, variable.choices != nullptr))
        kind.validate(resource, variable, complaints);
    complaints.expect(kind.hashed == variable.secret, variable.name,
                      "must be secret if it is a password, and only then: a list shows all others");
    complaints.expect(!variable.free_text || &kind == &kinds::text, variable.name,
                      "is free text, but has another kind than text");
    complaints.expect(!variable.required || kind.read != nullptr, variable.name,
                      "is required, but only read with another variable");
    complaints.expect(!variable.required || variable.supplied != Supplied::never, variable.name,
                      "is required, but no call may supply it");
    complaints.expect(variable.required || !variable.may_be_cleared, variable.name,
                      "may be cleared, which only what is required needs to say");
}

}  // namespace helpdesk
