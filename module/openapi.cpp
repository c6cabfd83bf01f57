#include "openapi.hpp"

#include "config.hpp"
#include "handler.hpp"

namespace helpdesk::ngx {

ngx_int_t handle_openapi(ngx_http_request_t* r) noexcept {
    if (r->method != NGX_HTTP_GET && r->method != NGX_HTTP_HEAD)
        return NGX_HTTP_NOT_ALLOWED;
    const ngx_int_t discarded = ngx_http_discard_request_body(r);
    if (discarded != NGX_OK)
        return discarded;
    const Text& document = location_conf(r).openapi;
    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_type = ngx_string("application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_length_n = static_cast<off_t>(document.front().size());
    const ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
        return rc;
    try {
        return ngx_http_output_filter(r, body_chain(r, document));
    } catch (const std::exception&) {
        return NGX_ERROR;
    }
}

}  // namespace helpdesk::ngx
