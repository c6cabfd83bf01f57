// Finds what the names in a selector's row stand for.
#pragma once

#include <string_view>
#include <vector>

#include "model/resource.h"

namespace helpdesk {

// A step from a record to the one whose ID is in its `column`.
struct Hop {
    std::string_view column;
    const Resource* resource;  // to which it leads
};

// Returns the steps to the records whose columns the selector compares: none if they are the resource's own.
// Stops before a name that is no reference, about which validate() complains.
std::vector<Hop> path_of(const Resource& resource, const Selector& selector);

// Returns the output that shows a column as it is stored, or null if there is none.
const Output* output_of(const Resource& resource, std::string_view column);

// Returns the selector that finds the parts of a record by its number, or null if there is none.
const Selector* selector_of_owner(const Resource& parts);

}  // namespace helpdesk
