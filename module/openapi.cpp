#include "openapi.hpp"

#include "location_conf.hpp"
#include "response.hpp"

namespace helpdesk::ngx {

ngx_int_t handle_openapi(ngx_http_request_t* r) noexcept {
    return send_document(r, "application/json", location_conf(r).openapi);
}

}  // namespace helpdesk::ngx
