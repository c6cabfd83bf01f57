// The finders by yes or no.
#include "model/finder.h"
#include "model/resource.h"

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

constexpr Finder finders::long_text = {
    .read = read_flag,
    .meaning = [](const Finder::Values&) { return std::vector<Comparison>(); },
    .words = [](const Resource&, const Selector&) -> std::string {
        return "`Y`, the default, or `N`: the records come without it";
    },
    .unsuited = [](const Resource& resource, const Selector& selector) -> std::string_view {
        for (const Output& output : resource.outputs)
            if (is_unbounded(output) != (output.name == selector.name))
                return "must leave out the only text without a limit";
        return "";
    },
    .pattern = flag_pattern,
    .reach = Reach::nowhere,
    .leaves_out = true,
};

}  // namespace helpdesk
