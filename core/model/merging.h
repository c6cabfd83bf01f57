// Says what a record brings to another one of its resource when it is merged into that and removed.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "model/rule.h"
#include "model/selector.h"

namespace helpdesk {

struct Resource;

// A list of the other record that gets the items of the record's own, unless it has them. Of an item that
// both have, the earlier date stays.
struct Joined {
    std::string_view variable;
    // A text of the record that becomes an item as well, unless the other one gets it or has it. It must not
    // be an item of a list in which the other one has it here.
    std::string_view single = {};

    bool operator==(const Joined&) const = default;
};

struct Merging {
    // The other record gets these.
    std::span<const Belongings> moved;
    // The variables that the other record gets if it has no value of any in the same group.
    std::span<const Few<std::string_view, 8>> filled;
    std::span<const Joined> joined;
};

// The output of a dry run that names the variables which would be filled.
inline constexpr std::string_view filled_output = "filled";

// Returns the names of what a dry run tells, besides the answer.
std::vector<std::string_view> outputs_of_merge(const Merging& merging);

}  // namespace helpdesk
