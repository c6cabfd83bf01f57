// Decodes a JSON object that has a list of objects in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "request/decode.h"

namespace helpdesk {

// Decodes an object as decode_json() does, in which one member, `list`, may be a list of flat objects. Adds
// these to `items`, which stays nothing if there is no such list. Each has problems of its own.
void decode_json_with_list(std::string_view body, Variables& variables, const std::string& what,
                           std::string_view list, std::optional<std::vector<Variables>>& items);

}  // namespace helpdesk
