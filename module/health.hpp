// Telling load balancers and supervisors whether a write could be served.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// The content handler of a location with `helpdesk_health`: answers 200, or 503 and the reason.
ngx_int_t handle_health(ngx_http_request_t* r) noexcept;

}  // namespace helpdesk::ngx
