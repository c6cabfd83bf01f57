// Looking up coordinates: a subrequest to the location that helpdesk_geocoder names.
#pragma once

#include <memory>

#include "call/call.h"
#include "config.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Asks the geocoder for the call's address, then carries the call on, whatever came of it, after `timeout` of
// the configuration at the latest. Takes over the one count that the caller holds on the request. Whoever
// calls it runs the posted requests of the connection afterwards, as nginx does after its own handlers.
void look_up(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call);

// For postconfiguration.
void install_geocoder_filter();

}  // namespace helpdesk::ngx
