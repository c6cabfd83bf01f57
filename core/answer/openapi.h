// The API as an OpenAPI 3.1 document, made from the tables that drive it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/action.h"

namespace helpdesk {

// `base` is the path of the API, with a slash at its end. The document gives each action a path of its own
// below it, which the API does not read: the variable `action` says what is called. Takes the format to be
// asked for in `format_variable`.
std::string openapi_document(std::string_view base, std::string_view format_variable,
                             std::span<const Action> actions = helpdesk::actions());

}  // namespace helpdesk
