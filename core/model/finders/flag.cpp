// The finders by yes or no.
#include "model/finder.h"

namespace helpdesk {

constexpr Finder finders::flag = {
    .read = read_flag,
    .meaning = compare_texts<Compare::equal>,
    .words = [](const Resource&, const Selector&) -> std::string { return "`Y` or `N`"; },
    .pattern = flag_pattern,
};

constexpr Finder finders::has_value = {
    .read = read_flag,
    .meaning = [](const Finder::Values& values) -> std::vector<Comparison> {
        return {{values.front() == "Y" ? Compare::present : Compare::missing}};
    },
    .words = [](const Resource&, const Selector&) -> std::string {
        return "`Y`: those that have one; `N`: those that have none";
    },
    .pattern = flag_pattern,
};

}  // namespace helpdesk
