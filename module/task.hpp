// The hand-off to nginx's thread pools: every call goes through the database pool, one with a password
// through the hash pool before or after, then back to the worker.
#pragma once

#include <memory>

#include "call.h"
#include "config.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Carries the call out and answers the request with it. Takes over the one count that the caller holds on the
// request, which stays as it is until then.
// Or asks the geocoder first, where that is what comes next.
void run_on_threads(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call);

// The same for a call that may be done: then its answer is sent.
void continue_call(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call);

}  // namespace helpdesk::ngx
