#include "request_id.hpp"

namespace helpdesk::ngx {
namespace {

ngx_int_t index_of_id = NGX_ERROR;

}  // namespace

ngx_int_t index_request_id(ngx_conf_t* cf) noexcept {
    ngx_str_t name = ngx_string("request_id");
    index_of_id = ngx_http_get_variable_index(cf, &name);
    return index_of_id == NGX_ERROR ? NGX_ERROR : NGX_OK;
}

std::string_view request_id(ngx_http_request_t* r) noexcept {
    const ngx_http_variable_value_t* id =
        ngx_http_get_indexed_variable(r, static_cast<ngx_uint_t>(index_of_id));
    if (id == nullptr || id->not_found != 0)
        return {};
    return {reinterpret_cast<const char*>(id->data), id->len};
}

}  // namespace helpdesk::ngx
