#include "status.hpp"

#include <exception>
#include <string>

#include "context.hpp"
#include "failure.hpp"
#include "location_conf.hpp"
#include "metrics.h"
#include "request_head.hpp"
#include "response.hpp"
#include "status_page.hpp"
#include "zone.hpp"

namespace helpdesk::ngx {
namespace {

ngx_int_t answer(ngx_http_request_t* r, std::string_view content_type, std::string (*text)(),
                 std::string_view security_policy = {}) noexcept {
    try {
        add_header(r, "Cache-Control", "no-store");
        if (!security_policy.empty())
            add_header(r, "Content-Security-Policy", security_policy);
        return send_document(r, content_type, view(copy(r->pool, text())));
    } catch (const std::exception& error) {
        return log_failure(r, error);
    }
}

std::string page() {
    return std::string(status_page);
}

}  // namespace

ngx_int_t handle_status_html(ngx_http_request_t* r) noexcept {
    return view(r->args) == "json" ? handle_status_json(r) : answer(r, "text/html", page, status_page_policy);
}

ngx_int_t handle_status_json(ngx_http_request_t* r) noexcept {
    return answer(r, "application/json", metrics_as_json);
}

ngx_int_t handle_status_prometheus(ngx_http_request_t* r) noexcept {
    return answer(r, "text/plain; version=0.0.4", metrics_as_prometheus);
}

void add_status_zone(ngx_conf_t* cf) {
    // This is enough for 500 databases with a key each. manual/monitor.md shows the sum.
    add_zone<share_metrics, std::size_t{8} << 20U>(cf, "helpdesk_status");
}

ngx_int_t count_request(ngx_http_request_t* r) noexcept {
    const RequestContext* ctx = find_context(r);
    if (ctx == nullptr || ctx->outcome.empty() || !location_conf(r).is_api())
        return NGX_OK;
    try {
        const auto [key, action] = caller_of(r);
        const std::string_view name = action == nullptr ? std::string_view() : action->name;
        increment(metric::requests, {name, key == nullptr ? std::string_view() : key->name, ctx->outcome});
        if (ctx->begin)
            observe(metric::request_time, {name}, std::chrono::steady_clock::now() - *ctx->begin);
    } catch (const std::exception& error) {
        log_exception(r->connection->log, error, "the request is not counted");
    }
    return NGX_OK;
}

}  // namespace helpdesk::ngx
