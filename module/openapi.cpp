#include "openapi.hpp"

#include "config.hpp"

namespace helpdesk::ngx {

ngx_int_t handle_openapi(ngx_http_request_t* r) noexcept {
    if (r->method != NGX_HTTP_GET && r->method != NGX_HTTP_HEAD)
        return NGX_HTTP_NOT_ALLOWED;
    const std::string& document = location_conf(r).openapi;
    ngx_str_t type = ngx_string("application/json");
    ngx_http_complex_value_t body{};
    // nginx only reads it.
    body.value = {document.size(), reinterpret_cast<u_char*>(const_cast<char*>(document.data()))};
    return ngx_http_send_response(r, NGX_HTTP_OK, &type, &body);
}

}  // namespace helpdesk::ngx
