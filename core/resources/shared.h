// Choices and selectors that several resources share.
#pragma once

#include <array>
#include <string_view>

#include "model/finder.h"
#include "model/resource.h"

namespace helpdesk {

inline constexpr std::array<std::string_view, 2> y_or_n = {"Y", "N"};
inline constexpr std::array<std::string_view, 2> n_or_y = {"N", "Y"};
inline constexpr Choices yes_or_no = {.values = y_or_n, .by_default = "Y"};
inline constexpr Choices no_or_yes = {.values = n_or_y, .by_default = "N"};

// clang-format off
// The selectors of the short lists. A name may contain commas, so `name` takes no list of names.
inline constexpr std::array selectors_by_name = {
    Selector{.name = "id", .finder = &finders::id, .columns = {"id"}, .all = true, .many = true,
             .about = "Picks records by their IDs."},
    Selector{.name = "name", .finder = &finders::name, .columns = {"name"}, .all = true,
             .about = "Picks the record with this name."},
    Selector{.name = "start_name", .finder = &finders::prefix_from, .columns = {"name"},
             .about = "Begins the list at the names with this beginning."},
    Selector{.name = "end_name", .finder = &finders::prefix_to, .columns = {"name"},
             .about = "Ends the list after the names with this beginning."},
    Selector{.name = "after_id", .finder = &finders::after_id, .columns = {"id"},
             .about = "Continues a list after the last ID of the page before."},
};
// clang-format on

}  // namespace helpdesk
