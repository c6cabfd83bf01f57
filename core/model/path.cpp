#include "model/path.h"

#include <algorithm>

namespace helpdesk {

std::vector<Hop> path_of(const Resource& resource, const Selector& selector) {
    std::vector<Hop> path;
    const Resource* from = &resource;
    for (const std::string_view name : selector.through) {
        const Variable* variable = from->find(name);
        if (variable == nullptr || variable->reference == nullptr)
            break;
        from = &variable->reference->to();
        path.push_back({variable->column, from});
    }
    return path;
}

const Output* output_of(const Resource& resource, std::string_view column) {
    const auto found =
        std::find_if(resource.outputs.begin(), resource.outputs.end(), [&](const Output& output) {
            return output.column == column && output.list == nullptr &&
                   output.source != Output::Source::reference;
        });
    return found == resource.outputs.end() ? nullptr : &*found;
}

}  // namespace helpdesk
