// What several tables of resources share.
#pragma once

#include <array>
#include <string_view>

#include "model/finder.h"
#include "model/resource.h"

namespace helpdesk {

// The first is the default.
inline constexpr std::array<std::string_view, 2> yes_or_no = {"Y", "N"};
inline constexpr std::array<std::string_view, 2> no_or_yes = {"N", "Y"};

// clang-format off
// The selectors of the short lists that customers refer to.
inline constexpr std::array selectors_by_name = {
    Selector{.name = "id", .finder = &finders::id, .columns = {"id"}, .all = true,
             .about = "Picks the record with this ID."},
    Selector{.name = "name", .finder = &finders::name, .columns = {"name"}, .all = true,
             .about = "Picks the record with this name."},
    Selector{.name = "start_name", .finder = &finders::prefix_from, .columns = {"name"},
             .about = "Begins the list at the names with this beginning."},
    Selector{.name = "end_name", .finder = &finders::prefix_to, .columns = {"name"},
             .about = "Ends the list after the names with this beginning."},
};
// clang-format on

}  // namespace helpdesk
