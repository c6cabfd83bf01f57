// nginx variables: $helpdesk_key_name, $helpdesk_action, $helpdesk_outcome and $helpdesk_request.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// At configuration time, before any directive is read.
ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

}  // namespace helpdesk::ngx
