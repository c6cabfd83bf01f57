// nginx variables: $helpdesk_key_name, $helpdesk_action and the others in manual/directives.md.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// For preconfiguration, before any directive is read.
ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

}  // namespace helpdesk::ngx
