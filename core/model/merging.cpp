#include "model/merging.h"

#include "model/resource.h"

namespace helpdesk {

std::vector<std::string_view> outputs_of_merge(const Merging& merging) {
    std::vector<std::string_view> names;
    for (const Belongings& belongings : merging.moved)
        if (belongings.shown)
            names.push_back(belongings.resource().names.many);
    for (const Joined& joined : merging.joined)
        names.push_back(joined.variable);
    names.push_back(filled_output);
    return names;
}

}  // namespace helpdesk
