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
    ++r->main->count;
    go_on_or_fail(r, [&] { run_on_threads(r, conf, Call::health_check(conf.settings)); });
    return NGX_DONE;
}

}  // namespace helpdesk::ngx
