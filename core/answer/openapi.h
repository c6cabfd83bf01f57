// Writes the API as an OpenAPI 3.1 document, from the tables that drive the API.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/action.h"

namespace helpdesk {

// `base` is the path of the API, with a slash at its end. The document gives each action a path of its own
// below `base`. The API does not read that path: the variable `action` says what is called. `format_variable`
// is the variable that asks for a format.
std::string openapi_document(std::string_view base, std::string_view format_variable,
                             std::span<const Action> actions = helpdesk::actions());

}  // namespace helpdesk
