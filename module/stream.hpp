// An answer that is sent in parts. The next part is only made when the client has taken the last, so that
// none waits in memory.
#pragma once

#include <memory>

#include "call/call.h"
#include "location_conf.hpp"
#include "next_step.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Sends the part of an answer that the call has ready. When the client has taken it, hands the call to
// `next`, or ends the request if that was the last part. Takes over the one count that the caller holds on
// the request. Throws std::bad_alloc.
void send_part(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call, NextStep next);

// Returns whether parts of the answer have been sent.
bool is_streaming(ngx_http_request_t* r);

// Ends an answer that is sent in parts and cannot be completed. The connection is closed, so that the client
// sees that the rest is missing.
void abort_answer(ngx_http_request_t* r, const Reply& reply);

}  // namespace helpdesk::ngx
