#include "health.hpp"

#include "config.hpp"
#include "handler.hpp"
#include "task.hpp"

namespace helpdesk::ngx {

ngx_int_t handle_health(ngx_http_request_t* r) noexcept {
    const ngx_int_t rc = expect_no_body(r);
    if (rc != NGX_OK)
        return rc;
    const LocationConf& conf = location_conf(r);
    try {
        auto call = Call::health_check(conf.settings);
        ++r->main->count;
        run_on_threads(r, conf, std::move(call));
        return NGX_DONE;
    } catch (const std::exception& error) {
        log_exception(r->connection->log, error, client_gets_500);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}

}  // namespace helpdesk::ngx
