// Says how a list is narrowed: one row for each variable by which a client may select.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace helpdesk {

struct Finder;
struct ListTable;

// A few items in a row of a table. The first empty item ends them.
template <typename Item, std::size_t most>
struct Few {
    std::array<Item, most> items;

    constexpr const Item* begin() const { return items.data(); }
    constexpr const Item* end() const { return std::find(items.begin(), items.end(), Item{}); }
    constexpr std::size_t size() const { return static_cast<std::size_t>(end() - begin()); }
    constexpr bool empty() const { return size() == 0; }
    constexpr const Item& front() const { return items.front(); }
};

struct Selector {
    std::string_view name;
    const Finder* finder;  // what a value means, see model/finder.h
    // The columns and lists that are compared with the value. A record is selected if one of them fits.
    Few<std::string_view, 4> columns = {};
    Few<const ListTable*, 2> lists = {};
    // References that lead to another record, whose columns and lists are compared. The first is a variable
    // of this resource, each other one a variable of the resource to which the one before refers. Empty: the
    // columns and lists are those of the record itself.
    Few<std::string_view, 3> through = {};
    // A column of the record itself that must be Y as well.
    std::string_view only_if = {};
    std::size_t limit = 255;      // Unicode characters of a value, the columns' length
    bool all = false;             // `*` selects every record
    bool many = false;            // a list between commas
    std::string_view event = {};  // what happened at a time, for the reference: `added`
    std::string_view about = {};  // for an integrator: one sentence on what it does for a list

    bool is_of_one_column() const { return columns.size() == 1 && lists.empty(); }
};

}  // namespace helpdesk
