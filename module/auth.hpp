// Customers or technicians who sign in: nginx's auth_request, answered from HTTP Basic credentials.
#pragma once

#include <string>
#include <string_view>

#include "model/resource.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Whose passwords a location with `helpdesk_auth` checks.
struct Accounts {
    std::string_view word;  // in the directive
    const Resource& (*resource)();
    std::string_view header;  // of the answer, which names who has signed in
};
inline constexpr Accounts all_accounts[] = {{"customers", customers, "X-Helpdesk-Customer"},
                                            {"technicians", technicians, "X-Helpdesk-Technician"}};

// The content handler of a location with `helpdesk_auth`: answers 204 and who it is, 401, or why that is
// not known. Its request is mostly a subrequest, and then only the head of the answer counts.
ngx_int_t handle_auth(ngx_http_request_t* r) noexcept;

// Returns the record of the resource whose credentials the request shows, by its name, percent-encoded, if
// this worker remembers that they are right. Otherwise returns nothing. Throws std::runtime_error.
std::string remembered_name(ngx_http_request_t* r, const Resource& resource);

}  // namespace helpdesk::ngx
