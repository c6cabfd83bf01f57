// From variables to a checked selection: what a list action returns, in which order, how much of it.
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

// The most that `count` may ask for (ours): the IDs of all of them are held until the list was sent.
inline constexpr std::size_t most_records = 1'000'000;

struct Selection {
    const Action* action;
    std::vector<Condition> conditions;  // all of them hold; none: every record
    const Output* order = nullptr;      // as the client asked; null: as fits the conditions
    bool descending = false;
    std::size_t limit = 0;
    std::size_t offset = 0;
    bool count_only = false;
    std::vector<std::string> if_match = {};  // tags, one of which the only record must have; none: no matter
    // Of a walk that was told to pause: the time, as SQL writes it, before which records were changed that
    // the second read gives. Empty: the first read.
    std::string read_until = {};

    // Whether it names one record, and asks for nothing but that.
    bool is_of_one() const;
    // Whether the database may have to read, sort or count many records for it.
    bool takes_long() const;
    // The first condition whose finder is such a one; null if there is none.
    const Condition* find(bool (*is)(const Finder&)) const;
    // The beginning of a walk, and the keyset selector that says where a page begins; null if there is none.
    const Condition* walk() const;
    const Condition* keyset() const;
};

// The selection of a call, with every problem added to `problems`; what is returned beside problems is no
// good. `max_records` counts where the call says no `count`.
Selection check_selection(const Action& action, const Variables& variables, std::size_t max_records,
                          Problems& problems);

}  // namespace helpdesk
