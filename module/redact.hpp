// The query string of an API call holds the key and perhaps a password. nginx ends each line that it logs for
// a request with the request line: for the API's locations, here, without the query string, and with the ID
// that the client got as X-Request-ID.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// For the post-read phase, the first that there is.
ngx_int_t hide_query_in_log(ngx_http_request_t* r) noexcept;

}  // namespace helpdesk::ngx
