// Looking up coordinates: a subrequest to the location that helpdesk_geocoder names.
#pragma once

#include <memory>

#include "call/call.h"
#include "location_conf.hpp"
#include "next_step.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Asks the geocoder for the coordinates of the call's address, and then hands the call to `next`: with an
// answer or without, after the configured `timeout` at the latest. Takes over the one count that the caller
// holds on the request. The posted requests of the connection must be run afterwards, as nginx does after its
// own handlers. Throws std::bad_alloc.
void look_up(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call, NextStep next);

// For postconfiguration.
void install_geocoder_filter();

}  // namespace helpdesk::ngx
