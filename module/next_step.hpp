// The function by which the parts of a call's way hand it on without knowing each other.
#pragma once

#include <memory>

#include "call/call.h"
#include "location_conf.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// A step of a call on its way to the answer, in the worker. It takes over the call and the one count that its
// caller holds on the request. It may throw.
using NextStep = void (*)(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call);

}  // namespace helpdesk::ngx
