// The metrics of all workers: the memory they are in, what counts requests, and the page that shows them.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// The content handlers of a location with `helpdesk_status`. The HTML page asks its own location for its
// numbers with the query string `json`, and gets JSON.
ngx_int_t handle_status_html(ngx_http_request_t* r) noexcept;
ngx_int_t handle_status_json(ngx_http_request_t* r) noexcept;
ngx_int_t handle_status_prometheus(ngx_http_request_t* r) noexcept;

// Adds the shared memory of the metrics, which nginx keeps at a reload. Throws std::bad_alloc.
void add_status_zone(ngx_conf_t* cf);

// Counts a request that ends. For nginx's log phase.
ngx_int_t count_request(ngx_http_request_t* r) noexcept;

}  // namespace helpdesk::ngx
