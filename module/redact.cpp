#include "redact.hpp"

#include "location_conf.hpp"
#include "request_id.hpp"

namespace helpdesk::ngx {
namespace {

ngx_http_log_handler_pt original_log_handler;

// Returns whether the request belongs to the API, may still come to it because nginx has not chosen a
// location yet, or may come from it by an internal redirect.
bool may_be_api(ngx_http_request_t* r) {
    const auto* core =
        static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r, ngx_http_core_module));
    return location_conf(r).is_api() || core->name.len == 0 || r->internal;
}

std::size_t length_without_query(const ngx_str_t& uri) {
    return view(uri).substr(0, view(uri).find('?')).size();
}

// Returns the URI that nginx logs for the upstream of a subrequest (mirror, auth_request, a fallback), which
// may have the query as well.
ngx_str_t* upstream_uri(ngx_http_request_t* r) {
    return r == nullptr || r->upstream == nullptr ? nullptr : &r->upstream->uri;
}

u_char* log_handler(ngx_http_request_t* r, ngx_http_request_t* subrequest, u_char* buffer,
                    size_t size) noexcept {
    if (!may_be_api(r))
        return original_log_handler(r, subrequest, buffer, size);
    const ngx_str_t line = r->request_line;
    ngx_table_elt_t* const referer = r->headers_in.referer;
    ngx_str_t* const upstream = upstream_uri(subrequest);
    const ngx_str_t uri = upstream == nullptr ? ngx_str_t{} : *upstream;
    r->request_line.len = length_without_query(line);
    r->headers_in.referer = nullptr;
    if (upstream != nullptr)
        upstream->len = length_without_query(uri);
    u_char* end = original_log_handler(r, subrequest, buffer, size);
    r->request_line = line;
    r->headers_in.referer = referer;
    if (upstream != nullptr)
        *upstream = uri;
    if (!location_conf(r).is_api())
        return end;
    const std::string_view id = request_id(r);
    return ngx_snprintf(end, size - static_cast<std::size_t>(end - buffer), ", request ID: \"%*s\"",
                        id.size(), id.data());
}

}  // namespace

ngx_int_t hide_query_in_log(ngx_http_request_t* r) noexcept {
    if (r->log_handler != log_handler) {
        original_log_handler = r->log_handler;
        r->log_handler = log_handler;
    }
    return NGX_DECLINED;
}

}  // namespace helpdesk::ngx
