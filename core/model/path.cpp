#include "model/path.h"

#include <algorithm>

#include "model/action.h"

namespace helpdesk {
namespace {

// Null if the table is no resource's.
const Resource* resource_of(std::string_view table) {
    const auto found = std::find_if(actions().begin(), actions().end(),
                                    [&](const Action& action) { return action.resource.table == table; });
    return found == actions().end() ? nullptr : &found->resource;
}

}  // namespace

std::vector<Hop> path_of(const Resource& resource, const Selector& selector) {
    std::vector<Hop> path;
    const Resource* from = &resource;
    for (const std::string_view name : selector.through) {
        const Variable* variable = from == nullptr ? nullptr : from->find(name);
        if (variable == nullptr || variable->reference == nullptr)
            break;
        path.push_back({variable->column, variable->reference->table});
        from = resource_of(variable->reference->table);
    }
    return path;
}

const Output* output_of(const Resource& resource, std::string_view column) {
    const auto found =
        std::find_if(resource.outputs.begin(), resource.outputs.end(), [&](const Output& output) {
            return output.column == column && output.list == nullptr &&
                   output.source != Output::Source::reference_name;
        });
    return found == resource.outputs.end() ? nullptr : &*found;
}

}  // namespace helpdesk
