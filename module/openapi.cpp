#include "openapi.hpp"

#include <exception>

#include "failure.hpp"
#include "location_conf.hpp"
#include "response.hpp"

namespace helpdesk::ngx {

ngx_int_t handle_openapi(ngx_http_request_t* r) noexcept {
    try {
        return send_document(r, "application/json", location_conf(r).openapi);
    } catch (const std::exception& error) {
        return log_failure(r, error);
    }
}

}  // namespace helpdesk::ngx
