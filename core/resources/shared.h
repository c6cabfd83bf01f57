// What several tables of resources share.
#pragma once

#include <array>
#include <string_view>

#include "model/resource.h"

namespace helpdesk {

// The first is the default.
inline constexpr std::array<std::string_view, 2> yes_or_no = {"Y", "N"};
inline constexpr std::array<std::string_view, 2> no_or_yes = {"N", "Y"};

// clang-format off
// The selectors of the short lists that customers refer to.
inline constexpr std::array selectors_by_name = {
    Selector{.name = "id", .kind = SelectorKind::id, .all = true,
             .about = "Picks the record with this ID."},
    Selector{.name = "name", .kind = SelectorKind::name, .column = "name", .all = true,
             .about = "Picks the record with this name."},
    Selector{.name = "start_name", .kind = SelectorKind::prefix_from, .column = "name",
             .about = "Begins the list at the names with this beginning."},
    Selector{.name = "end_name", .kind = SelectorKind::prefix_to, .column = "name",
             .about = "Ends the list after the names with this beginning."},
};
// clang-format on

}  // namespace helpdesk
