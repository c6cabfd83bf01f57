// Calls that pause in the worker, so that they hold no thread.
#pragma once

#include <memory>

#include "call/call.h"
#include "config.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Goes on with the call after its pause. Takes over the one count that the caller holds on the request.
// Throws if there is no memory.
void pause(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call);

}  // namespace helpdesk::ngx
