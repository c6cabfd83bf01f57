// The description of the API, for viewers and generators of clients.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// The content handler of a location with `helpdesk_openapi`.
ngx_int_t handle_openapi(ngx_http_request_t* r) noexcept;

}  // namespace helpdesk::ngx
