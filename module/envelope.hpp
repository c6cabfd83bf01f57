// Errors that nginx itself makes in a location with `helpdesk_api` (413 of client_max_body_size, 429 of
// limit_req, 403 of deny …) leave in the API's error envelope, so that clients of the API never see HTML.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// Puts the two filters before nginx's own. For postconfiguration.
void install_envelope_filters();

}  // namespace helpdesk::ngx
