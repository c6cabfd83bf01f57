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

bool Resource::has_place() const {
    return std::any_of(variables.begin(), variables.end(),
                       [](const Variable& variable) { return !variable.place.empty(); });
}

Resource with_outputs(Resource resource) {
    std::vector<Output>& outputs = resource.outputs;
    outputs.push_back(
        {.name = std::string(resource.key.output), .source = Output::Source::id, .column = "id"});
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

}  // namespace helpdesk
