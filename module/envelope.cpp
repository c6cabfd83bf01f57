#include "envelope.hpp"

#include <exception>

#include "buffers.hpp"
#include "context.hpp"
#include "failure.hpp"
#include "location_conf.hpp"
#include "request/accept.h"
#include "request_head.hpp"
#include "response.hpp"

namespace helpdesk::ngx {
namespace {

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

ngx_int_t header_filter(ngx_http_request_t* r) noexcept {
    const LocationConf& conf = location_conf(r);
    const auto status = static_cast<int>(r->headers_out.status);
    const RequestContext* ctx = find_context(r);
    const bool is_own = ctx != nullptr && !ctx->outcome.empty();
    if (!conf.is_api() || r != r->main || status < 400 || is_own)
        return next_header_filter(r);
    try {
        Problems ignored;
        const Format format = choose_format(conf.settings, head_of(r), ignored);
        context(r).envelope =
            &prepare_response(r, problem_reply(conf.settings, format, {problem_of_status(status)}));
        context(r).replaces = true;
    } catch (const std::exception& error) {
        log_exception(r->connection->log, error, client_gets_500);
        return NGX_ERROR;
    }
    return next_header_filter(r);
}

ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    RequestContext* ctx = find_context(r);
    if (ctx == nullptr || !ctx->replaces)
        return next_body_filter(r, in);
    discard(in);
    if (ctx->envelope == nullptr)
        return next_body_filter(r, nullptr);
    try {
        return next_body_filter(r, body_chain(r, *std::exchange(ctx->envelope, nullptr)));
    } catch (const std::exception&) {
        return NGX_ERROR;
    }
}

}  // namespace

void install_envelope_filters() {
    next_header_filter = std::exchange(ngx_http_top_header_filter, header_filter);
    next_body_filter = std::exchange(ngx_http_top_body_filter, body_filter);
}

}  // namespace helpdesk::ngx
