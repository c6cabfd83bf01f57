// Reading the line and the headers of a request.
#pragma once

#include "ngx.hpp"
#include "request/access.h"
#include "request/headers.h"
#include "request/request.h"

namespace helpdesk::ngx {

// Returns what the line and the headers say. They are decoded once, and again only when another module has
// changed them since: rewrite, realip and their like do. Lives as long as the request. Throws std::bad_alloc.
const Request& head_of(ngx_http_request_t* r);

// Returns what the headers say about the body.
BodyHead body_head(ngx_http_request_t* r);

// Returns who calls, and what. Until the whole request was read, that is what the line and the headers say,
// and no key that may not be used: limit_req must not charge it to the key's owner. Throws as identify()
// does.
Caller caller_of(ngx_http_request_t* r);

}  // namespace helpdesk::ngx
