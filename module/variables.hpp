// nginx variables: $helpdesk_key_name, $helpdesk_action and the others that the manual lists.
#pragma once

#include <string_view>

#include "ngx.hpp"

namespace helpdesk::ngx {

// At configuration time, before any directive is read.
ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

// nginx's $request_id, by which the client's answer and the operator's log tell of the same request; empty
// when nginx cannot make one.
std::string_view request_id(ngx_http_request_t* r) noexcept;

}  // namespace helpdesk::ngx
