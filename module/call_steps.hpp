// A call's way from step to step, until its request is answered.
#pragma once

#include <memory>

#include "call/call.h"
#include "location_conf.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Begins the call's next step, which comes back here when it is done; answers the request when there is none.
// Takes over the one count that the caller holds on the request. Throws std::bad_alloc. The posted requests
// of the connection must be run afterwards, as nginx does after its own handlers.
void continue_call(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call);

}  // namespace helpdesk::ngx
