// Decodes a JSON object that has a list of objects in it.
#pragma once

#include <string>
#include <string_view>

#include "request/part_list.h"

namespace helpdesk {

// Decodes an object as decode_json() does, in which one member, `list`, may be a list of flat objects. Adds
// the texts of these to `items`; more than it takes are a problem. Returns whether there is such a list.
bool decode_json_with_list(std::string_view body, Variables& variables, const std::string& what,
                           std::string_view list, PartList& items);

// Returns the problem of a row with more than most_parts parts. `list` is what all of them are called.
Problem too_many_parts(std::string_view list);

}  // namespace helpdesk
