// Making the levels of the configuration, and letting them inherit.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

void* create_main_conf(ngx_conf_t* cf) noexcept;
void* create_location_conf(ngx_conf_t* cf) noexcept;
char* merge_location_conf(ngx_conf_t* cf, void* outer, void* inner) noexcept;

}  // namespace helpdesk::ngx
