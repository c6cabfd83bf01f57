// nginx's $request_id, which ties the client's answer to the operator's log.
#pragma once

#include <string_view>

#include "ngx.hpp"

namespace helpdesk::ngx {

// Finds the variable, so that a request has the same ID whenever it is read. Returns NGX_ERROR if there is no
// memory. For preconfiguration.
ngx_int_t index_request_id(ngx_conf_t* cf) noexcept;

// Returns the ID, or nothing if nginx cannot make one.
std::string_view request_id(ngx_http_request_t* r) noexcept;

}  // namespace helpdesk::ngx
