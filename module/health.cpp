#include "health.hpp"

#include "call_steps.hpp"
#include "failure.hpp"
#include "location_conf.hpp"
#include "response.hpp"

namespace helpdesk::ngx {

ngx_int_t handle_health(ngx_http_request_t* r) noexcept {
    const ngx_int_t rc = expect_no_body(r);
    if (rc != NGX_OK)
        return rc;
    const LocationConf& conf = location_conf(r);
    ++r->main->count;
    run_or_end(r, [&] { continue_call(r, conf, Call::health_check(conf.settings)); });
    return NGX_DONE;
}

}  // namespace helpdesk::ngx
