#include "model/resource.h"

#include <algorithm>

namespace helpdesk {
namespace {

void add_outputs(const Resource& resource, const Variable& variable, std::vector<Output>& outputs) {
    using Source = Output::Source;
    const std::string name(variable.name);
    switch (variable.kind) {
        case Kind::text:
        case Kind::identifier:
        case Kind::email:
        case Kind::choice:
        case Kind::coordinate:
            outputs.push_back({name, Source::column, variable.column, &variable, nullptr});
            break;
        case Kind::reference:
            outputs.push_back({name, Source::reference_name, variable.column, &variable, nullptr});
            outputs.push_back({name + "_id", Source::reference_id, variable.column, &variable, nullptr});
            break;
        case Kind::text_list:
        case Kind::email_list:
        case Kind::id_list:
        case Kind::name_list:
            if (variable.list != nullptr)
                outputs.push_back({name, Source::list, variable.list->column, &variable, variable.list});
            break;
        case Kind::date_list:
            if (const Variable* dated = resource.find(variable.companion); dated != nullptr)
                outputs.push_back({name, Source::list_dates, variable.column, &variable, dated->list});
            break;
        case Kind::password:
        case Kind::new_name:
            break;
    }
}

}  // namespace

const Variable* Resource::find(std::string_view name) const {
    const auto found =
        std::find_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.name == name; });
    return found == variables.end() ? nullptr : &*found;
}

const Variable* Resource::name() const {
    const auto found = std::find_if(variables.begin(), variables.end(),
                                    [](const Variable& v) { return v.kind == Kind::identifier; });
    return found == variables.end() ? nullptr : &*found;
}

std::string_view Resource::known_by() const {
    return name() != nullptr ? name()->name : key.variable;
}

const Output* Resource::find_output(std::string_view name) const {
    const auto found =
        std::find_if(outputs.begin(), outputs.end(), [&](const Output& o) { return o.name == name; });
    return found == outputs.end() ? nullptr : &*found;
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
        add_outputs(resource, variable, outputs);
    if (resource.timestamps)
        for (const std::string_view name : {date_added, last_updated})
            outputs.push_back({.name = std::string(name), .source = Output::Source::time, .column = name});
    return resource;
}

}  // namespace helpdesk
