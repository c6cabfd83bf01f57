#include "model/path.h"

#include <algorithm>

#include "model/finder.h"

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

const Selector* selector_of_owner(const Resource& parts) {
    const Variable* part_of = parts.find(parts.part_of);
    const auto found =
        std::find_if(parts.selectors.begin(), parts.selectors.end(), [&](const Selector& selector) {
            return selector.finder == &finders::number && part_of != nullptr && selector.through.empty() &&
                   selector.columns.front() == part_of->column;
        });
    return found == parts.selectors.end() ? nullptr : &*found;
}

}  // namespace helpdesk
