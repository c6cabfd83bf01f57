// Turns variables into a checked selection: which records a list action returns, in which order, and how
// many.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/problem.h"
#include "model/action.h"
#include "model/finder.h"
#include "request/decode.h"

namespace helpdesk {

// The most that `count` may ask for. The limit is ours: the IDs of all records are held until the list is
// sent.
inline constexpr std::size_t most_records = 1'000'000;

// The most values by which `count_by` counts: all of them are held until the answer is sent.
inline constexpr std::size_t most_counts = 10'000;

struct CountBy;

struct Selection {
    const Action* action;
    std::vector<Condition> conditions;  // all of them must hold; empty: every record
    const Output* order = nullptr;      // as the client asked; null: as suits the conditions
    bool descending = false;
    std::size_t limit = 0;
    std::size_t offset = 0;
    bool count_only = false;
    const CountBy* count_by = nullptr;       // what the records are counted by; null: they are given
    std::vector<std::string> if_match = {};  // one of these tags the only record must have; empty: any
    // Set while a walk pauses before its second read: the time, as SQL writes it, up to which that read gives
    // changes. Empty for the first read.
    std::string read_until = {};
    // Whether records are in it that are part of one that was deleted.
    bool hidden_too = false;

    // Returns whether all of its records are read, and counted.
    bool counts_all() const { return count_only || count_by != nullptr; }
    // Returns whether it names one record and asks for nothing else.
    bool is_of_one() const;
    // Returns the column along which the list is sorted if the client asks for no order: that of a selector,
    // or the resource's. Where the resource has one, only what pages follow goes before it.
    std::string_view own_order() const;
    // Return whether it leaves texts without a limit out, and whether it does with an output.
    bool is_brief() const;
    bool leaves_out(const Output& output) const;
    // Returns the first condition whose finder satisfies `is`. Null if there is none.
    const Condition* find(bool (*is)(const Finder&)) const;
    // Return the condition with which a walk begins, and the keyset selector that says where a page begins.
    // Null if there is none.
    const Condition* walk() const;
    const Condition* keyset() const;
};

// Checks the variables of a call, and adds every problem to `problems`. If there are any, the selection must
// not be used. `max_records` is the limit if the call gives no `count`.
Selection check_selection(const Action& action, const Variables& variables, std::size_t max_records,
                          Problems& problems);

}  // namespace helpdesk
