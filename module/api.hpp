// The API: from an nginx request to a call of the core.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// The content handler of a location with `helpdesk_api`.
ngx_int_t handle_api(ngx_http_request_t* r) noexcept;

}  // namespace helpdesk::ngx
