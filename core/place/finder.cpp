#include "place/finder.h"

#include "model/resource.h"

namespace helpdesk {

constexpr Finder finders::located = {
    .read = read_flag,
    .meaning = [](const Finder::Values& values) -> std::vector<Comparison> {
        return with_numbers(Compare::equal, {values.front() == "Y" ? "1" : "0"});
    },
    .words = [](const Resource&, const Selector&) -> std::string {
        return "`Y`: those with coordinates; `N`: those with an address, but without coordinates";
    },
    .unsuited = [](const Resource& resource, const Selector&) -> std::string_view {
        return resource.place != nullptr ? "" : "selects by coordinates, but there are none";
    },
    .pattern = flag_pattern,
};

}  // namespace helpdesk
