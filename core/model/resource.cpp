#include "model/resource.h"

#include <algorithm>

namespace helpdesk {
void show_column(const Resource&, const Variable& variable, std::vector<Output>& outputs) {
    outputs.push_back({.name = std::string(variable.name),
                       .source = Output::Source::column,
                       .column = variable.column,
                       .variable = &variable,
                       .form = variable.kind->form});
}

void show_nothing(const Resource&, const Variable&, std::vector<Output>&) {}

const Variable* Resource::find(std::string_view name) const {
    const auto found =
        std::find_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.name == name; });
    return found == variables.end() ? nullptr : &*found;
}

const Variable* Resource::name() const {
    const auto found = std::find_if(variables.begin(), variables.end(),
                                    [](const Variable& v) { return v.kind == &kinds::identifier; });
    return found == variables.end() ? nullptr : &*found;
}

std::string_view Resource::known_by() const {
    const Variable* named = name();
    return named != nullptr ? named->name : key.variable;
}

const Output* Resource::find_output(std::string_view name) const {
    const auto found =
        std::find_if(outputs.begin(), outputs.end(), [&](const Output& o) { return o.name == name; });
    return found == outputs.end() ? nullptr : &*found;
}

const Variable* Resource::password() const {
    const auto found =
        std::find_if(variables.begin(), variables.end(), [](const Variable& v) { return v.kind->hashed; });
    return found == variables.end() ? nullptr : &*found;
}

Resource with_outputs(Resource resource) {
    std::vector<Output>& outputs = resource.outputs;
    outputs.push_back(
        {.name = std::string(resource.key.output), .source = Output::Source::id, .column = "id"});
    if (!resource.key.again.empty())
        outputs.push_back(
            {.name = std::string(resource.key.again), .source = Output::Source::id, .column = "id"});
    resource.unknown = "unknown_" + std::string(resource.names.one);
    for (const Variable& variable : resource.variables)
        variable.kind->show(resource, variable, outputs);
    if (resource.timestamps)
        for (const std::string_view name : {date_added, last_updated})
            outputs.push_back({.name = std::string(name),
                               .source = Output::Source::column,
                               .column = name,
                               .form = Form::time});
    return resource;
}

bool may_be_supplied(const Variable& variable, bool adding) {
    return variable.supplied == Supplied::always || (variable.supplied == Supplied::on_add && adding);
}

bool may_be_brought(const Resource& resource, const Variable& variable) {
    return is_stored(variable) && (variable.kind->read != nullptr || variable.fields != nullptr) &&
           variable.supplied != Supplied::never && variable.name != resource.part_of;
}

bool is_stored(const Variable& variable) {
    return !variable.column.empty() || variable.fields != nullptr ||
           (variable.list != nullptr && variable.kind->items != Items::counted);
}

bool is_unbounded(const Output& output) {
    return output.source == Output::Source::column && output.variable != nullptr &&
           output.form == Form::plain && output.variable->limit == 0;
}

std::vector<Index> indexes_of(const Resource& resource) {
    std::vector<Index> indexes(resource.indexes.begin(), resource.indexes.end());
    if (const Variable* name = resource.name())
        indexes.push_back({.columns = {name->column}, .unique = true});
    return indexes;
}

bool may_be_hidden(const Resource& resource) {
    return !resource.deleted.empty() || !resource.part_of.empty();
}

std::string_view noun_of(const Reference& reference) {
    return reference.noun.empty() ? reference.to().names.noun : reference.noun;
}

std::string_view unknown_code(const Reference& reference) {
    return reference.unknown.empty() ? std::string_view(reference.to().unknown) : reference.unknown;
}

std::string_view name_column(const Reference& reference) {
    if (!reference.column.empty())
        return reference.column;
    const Variable* name = reference.to().name();
    return name == nullptr ? std::string_view() : name->column;
}

const Variable* variable_in(const Resource& resource, std::string_view column) {
    const auto found =
        std::find_if(resource.variables.begin(), resource.variables.end(), [&](const Variable& variable) {
            return !column.empty() && variable.column == column && variable.kind != &kinds::date_list;
        });
    return found == resource.variables.end() ? nullptr : &*found;
}

const Variable* shown_variable(const Output& output) {
    if (output.source != Output::Source::reference)
        return output.variable;
    const Reference& reference = *output.variable->reference;
    return variable_in(reference.to(), output.shown.empty() ? name_column(reference) : output.shown);
}

const Variable* scope_of(const Resource& resource, const Reference& reference) {
    const Variable* within = resource.find(reference.within);
    if (within == nullptr || within->reference == nullptr)
        return nullptr;
    const Variable* scope = nullptr;
    for (const Variable& variable : reference.to().variables) {
        if (variable.reference == nullptr || variable.reference->to != within->reference->to)
            continue;
        if (scope != nullptr)
            return nullptr;
        scope = &variable;
    }
    return scope;
}

}  // namespace helpdesk
