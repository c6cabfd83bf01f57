// An answer that is sent in parts, each when the client has taken the one before, so that none waits in
// memory.
#pragma once

#include <memory>

#include "call/call.h"
#include "config.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// The part of an answer that the call has ready; then the call goes on, until the last. Takes over the one
// count that the caller holds on the request.
void send_part(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call);

// Whether parts of the answer are out.
bool is_streaming(ngx_http_request_t* r);

// Ends an answer that has parts out and gets no more: the connection is closed, so that the client sees that
// the rest is missing.
void break_off(ngx_http_request_t* r, const Reply& reply);

}  // namespace helpdesk::ngx
