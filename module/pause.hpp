// Calls that pause in the worker, so that they hold no thread.
#pragma once

#include <memory>

#include "call/call.h"
#include "location_conf.hpp"
#include "next_step.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Hands the call to `next` after its pause. Takes over the one count that the caller holds on the request.
// Throws std::bad_alloc, and std::runtime_error if the client's connection cannot be watched.
void pause(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call, NextStep next);

}  // namespace helpdesk::ngx
