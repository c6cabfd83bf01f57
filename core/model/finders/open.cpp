// Records that wait: for somebody, or for too long.
#include "model/finder.h"
#include "model/resource.h"

namespace helpdesk {

constexpr Finder finders::lacks = {
    .read = read_flag,
    .meaning = [](const Finder::Values& values) -> std::vector<Comparison> {
        return {{values.front() == "Y" ? Compare::missing : Compare::present}};
    },
    .words = [](const Resource&, const Selector&) -> std::string {
        return "`Y`: those that have none of them; `N`: those that have one";
    },
    .pattern = flag_pattern,
    .reach = Reach::anywhere,
};

constexpr Finder finders::overdue = {
    .read = read_flag,
    .meaning = [](const Finder::Values& values) -> std::vector<Comparison> {
        return {{values.front() == "Y" ? Compare::overdue : Compare::in_time}};
    },
    .words = [](const Resource&, const Selector&) -> std::string {
        return "`Y`: those whose time has come, and that are not closed; `N`: all others";
    },
    .unsuited = [](const Resource& resource, const Selector& selector) -> std::string_view {
        return resource.deadline != nullptr && resource.deadline->time == selector.columns.front()
                   ? ""
                   : "asks whether something is overdue in a column that is no deadline";
    },
    .pattern = flag_pattern,
};

}  // namespace helpdesk
