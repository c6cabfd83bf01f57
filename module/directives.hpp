// The directives: directives.cpp has a row for each.
#pragma once

#include <span>

#include "location_conf.hpp"
#include "ngx.hpp"
#include "rows.hpp"

namespace helpdesk::ngx {

using Directive = Row<LocationConf>;

std::span<const Directive> directives();

// Returns the same for nginx.
ngx_command_t* commands();

}  // namespace helpdesk::ngx
