// The numbers of all workers: where they stand, what counts requests, and the page that shows them.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// The content handlers of a location with `helpdesk_status`. The HTML page asks its own location for its
// numbers: where the arguments are `json`, it is answered with JSON.
ngx_int_t handle_status_html(ngx_http_request_t* r) noexcept;
ngx_int_t handle_status_json(ngx_http_request_t* r) noexcept;
ngx_int_t handle_status_prometheus(ngx_http_request_t* r) noexcept;

// Adds the shared memory that the numbers stand in, which nginx keeps at a reload. Throws std::bad_alloc.
void add_status_zone(ngx_conf_t* cf);

// Counts a request that ends; nginx's log phase.
ngx_int_t count_request(ngx_http_request_t* r) noexcept;

}  // namespace helpdesk::ngx
