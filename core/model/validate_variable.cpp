#include <algorithm>
#include <set>

#include "model/validate.h"
#include "text.h"

namespace helpdesk {
namespace {

bool is_list(Kind kind) {
    return kind == Kind::text_list || kind == Kind::email_list || kind == Kind::id_list ||
           kind == Kind::name_list;
}

bool has_column(Kind kind) {
    return !is_list(kind) && kind != Kind::new_name;
}

bool has_companion(Kind kind) {
    return kind == Kind::coordinate || kind == Kind::new_name || kind == Kind::date_list;
}

// Whether two variables name each other.
bool are_companions(const Resource& resource, const Variable& variable, Kind kind) {
    const Variable* companion = resource.find(variable.companion);
    return companion != nullptr && companion != &variable && companion->kind == kind &&
           companion->companion == variable.name;
}

void validate_choices(const Variable& variable, Complaints& complaints) {
    complaints.expect((variable.kind == Kind::choice) == !variable.choices.empty(), variable.name,
                      "must have choices if it is a choice, and only then");
    std::set<std::string> seen;
    for (const std::string_view choice : variable.choices)
        complaints.expect(!choice.empty() && seen.insert(text::to_lower(choice)).second, variable.name,
                          "has a choice that is empty or stands there twice, whatever its case");
}

void validate_reference(const Reference& reference, std::string_view name, Complaints& complaints) {
    complaints.expect(!reference.table.empty() && !reference.noun.empty(), name,
                      "refers to a table without a name or a noun");
    complaints.expect(!reference.unknown.empty(), name, "has no code for what it does not find");
}

void validate_reference(const Resource& resource, const Variable& variable, Complaints& complaints) {
    complaints.expect(variable.kind != Kind::reference || variable.reference != nullptr, variable.name,
                      "is a reference to nothing");
    if (variable.reference == nullptr)
        return;
    const Reference& reference = *variable.reference;
    complaints.expect(variable.kind == Kind::reference, variable.name, "is no reference, but has one");
    validate_reference(reference, variable.name, complaints);
    complaints.expect(!variable.required || !reference.first_if_unknown, variable.name,
                      "is required although it has a default");
    if (variable.companion.empty())
        return;
    complaints.expect(are_companions(resource, variable, Kind::new_name), variable.name,
                      "creates rows, but no new_name belongs to it");
    complaints.expect(reference.by != Reference::By::id, variable.name,
                      "creates rows by name, but refers by ID only");
}

void validate_list(const Variable& variable, Complaints& complaints) {
    complaints.expect(is_list(variable.kind) == (variable.list != nullptr), variable.name,
                      "must have a table of items if it is a list, and only then");
    if (variable.list == nullptr)
        return;
    const ListTable& list = *variable.list;
    complaints.expect(!list.table.empty() && !list.owner.empty() && !list.column.empty(), variable.name,
                      "has a list without a table, an owner or a column");
    const bool refers = variable.kind == Kind::id_list || variable.kind == Kind::name_list;
    complaints.expect(refers == (list.reference != nullptr), variable.name,
                      "must have a list with a reference if its items are IDs or names, and only then");
    if (list.reference == nullptr)
        return;
    validate_reference(*list.reference, variable.name, complaints);
    complaints.expect((variable.kind == Kind::id_list) == (list.reference->by == Reference::By::id),
                      variable.name, "must refer by ID if it is a list of IDs, and only then");
}

void validate_companion(const Resource& resource, const Variable& variable, Complaints& complaints) {
    switch (variable.kind) {
        case Kind::coordinate:
            complaints.expect(are_companions(resource, variable, Kind::coordinate), variable.name,
                              "is a coordinate without its other one");
            break;
        case Kind::new_name:
            complaints.expect(are_companions(resource, variable, Kind::reference), variable.name,
                              "names a new row, but no reference creates one");
            break;
        case Kind::date_list: {
            const Variable* dated = resource.find(variable.companion);
            complaints.expect(dated != nullptr && dated->list != nullptr && dated->list->reference != nullptr,
                              variable.name, "has dates of no list of rows");
            complaints.expect(std::count_if(resource.variables.begin(), resource.variables.end(),
                                            [&](const Variable& other) {
                                                return other.kind == Kind::date_list &&
                                                       other.companion == variable.companion;
                                            }) == 1,
                              variable.name, "has dates of a list that has others");
            break;
        }
        default:
            break;
    }
    complaints.expect(
        variable.companion.empty() || has_companion(variable.kind) || variable.kind == Kind::reference,
        variable.name, "has a companion, which its kind does not read");
}

}  // namespace

void validate_variable(const Resource& resource, const Variable& variable, Complaints& complaints) {
    complaints.expect(has_column(variable.kind) == !variable.column.empty(), variable.name,
                      "must have a column if its kind is stored in one, and only then");
    validate_choices(variable, complaints);
    validate_reference(resource, variable, complaints);
    validate_list(variable, complaints);
    validate_companion(resource, variable, complaints);
    complaints.expect((variable.kind == Kind::coordinate) == (variable.range > 0), variable.name,
                      "must have a range if it is a coordinate, and only then");
    complaints.expect((variable.kind == Kind::password) == variable.secret, variable.name,
                      "must be secret if it is a password, and only then: a list shows all others");
    complaints.expect(
        !variable.required || (variable.kind != Kind::new_name && variable.kind != Kind::date_list),
        variable.name, "is required, but only read with another variable");
    complaints.expect(
        variable.place.empty() || variable.kind == Kind::text || variable.kind == Kind::coordinate,
        variable.name, "is part of a place, but neither text nor a coordinate");
}

}  // namespace helpdesk
