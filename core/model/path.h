// What the names in a selector stand for in its resource.
#pragma once

#include <string_view>
#include <vector>

#include "model/resource.h"

namespace helpdesk {

// From a record to the one that it refers to, whose ID is in `column`.
struct Hop {
    std::string_view column;
    const Resource* resource;  // to which it leads
};

// The way to the records whose columns the selector looks at; empty if they are those of the resource itself.
// Stops before a name that is no reference, which validate() finds.
std::vector<Hop> path_of(const Resource& resource, const Selector& selector);

// The output that shows a column as it is stored; null if there is none.
const Output* output_of(const Resource& resource, std::string_view column);

}  // namespace helpdesk
