// The module as nginx sees it, and what nginx calls when it starts and stops.
#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdlib>
#include <mutex>

#include "call/sign_in_changes.h"
#include "config.hpp"
#include "db/session/choice.h"
#include "db/session/plugins.h"
#include "directives.hpp"
#include "envelope.hpp"
#include "geocoder.hpp"
#include "idle.hpp"
#include "location_conf.hpp"
#include "metrics.h"
#include "model/validate.h"
#include "redact.hpp"
#include "status.hpp"
#include "variables.hpp"
#include "worker_queue.hpp"
#include "zone.hpp"

namespace helpdesk::ngx {
namespace {

// libstdc++, which nginx loads with this module, keeps the exceptions of each thread in thread-local data.
// This reference to it by the initial-exec model (CMakeLists.txt) makes each thread have that data from its
// start. So a lack of memory is an exception and not the end of the process.
[[gnu::used]] const void* thread_data_of_libstdcxx() {
    return &std::__once_callable;
}

void add_handler(ngx_conf_t* cf, ngx_http_phases phase, ngx_http_handler_pt handler) {
    auto* core =
        static_cast<ngx_http_core_main_conf_t*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    auto* place = static_cast<ngx_http_handler_pt*>(ngx_array_push(&core->phases[phase].handlers));
    if (place == nullptr)
        throw std::bad_alloc();
    *place = handler;
}

ngx_int_t before_configuration(ngx_conf_t* cf) noexcept {
    // A unit test says what is wrong with which table.
    assert(validate(all_resources()).empty());
    return add_variables(cf);
}

ngx_int_t after_configuration(ngx_conf_t* cf) noexcept {
    try {
        add_handler(cf, NGX_HTTP_POST_READ_PHASE, hide_query_in_log);
        add_handler(cf, NGX_HTTP_LOG_PHASE, count_request);
        add_status_zone(cf);
        add_zone<share_changes, std::size_t{128} << 10U>(cf, "helpdesk_sign_ins");
        // This is enough for some hundred databases.
        add_zone<db::share_choices, std::size_t{128} << 10U>(cf, "helpdesk_servers");
    } catch (const std::bad_alloc&) {
        return NGX_ERROR;
    }
    install_envelope_filters();
    install_geocoder_filter();
    return NGX_OK;
}

// Returns a worker's share of 64 connections. The workers of two configurations then fit into a server's
// usual max_connections of 151 during a reload. The least is as many as an example's pool has threads.
unsigned connections_of_worker() {
    constexpr ngx_int_t together = 64;
    constexpr ngx_int_t least = 8;
    const auto* core = reinterpret_cast<ngx_core_conf_t*>(ngx_get_conf(ngx_cycle->conf_ctx, ngx_core_module));
    return static_cast<unsigned>(std::max(least, together / std::max<ngx_int_t>(core->worker_processes, 1)));
}

// Lets the queue before each pool know its databases.
ngx_int_t make_queues(ngx_cycle_t* cycle) noexcept {
    const auto* conf =
        static_cast<MainConf*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_helpdesk_module));
    if (conf == nullptr)
        return NGX_OK;
    try {
        for (const auto& [pool, databases] : conf->databases_of_pools)
            for (const DatabaseSettings* database : databases)
                WorkerQueue::before(pool).expect(*database, connections_of_worker());
        return NGX_OK;
    } catch (const std::bad_alloc&) {
        return NGX_ERROR;
    }
}

ngx_int_t init_process(ngx_cycle_t* cycle) noexcept {
    begin_summed_gauges(static_cast<unsigned>(ngx_process_slot));
    set_default_connections(connections_of_worker());
    // A thread may be short of memory when it connects first, and a plugin that is loaded later is not
    // guarded. nginx's cache manager and cache loader come here as well, and connect to no database.
    if (ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_SINGLE)
        db::load_plugins();
    WorkerQueue::call_after_tasks(watch_idle_connections);
    tell_of_lost_numbers([](std::string_view metric) noexcept {
        ngx_log_error(
            NGX_LOG_WARN, ngx_cycle->log, 0,
            "helpdesk: there is no room for more numbers in the status zone: \"%*s\" and others lack some",
            metric.size(), metric.data());
    });
    return make_queues(cycle);
}

// By now nginx has waited until each thread of its pools had nothing more to do, but not until the threads
// have ended. It did not wait for a pool whose queue was full, as that of a pool with max_queue=0 always is.
// A thread of such a pool may work on: then the process ends without destroying the objects that it uses.
void exit_process(ngx_cycle_t* /*cycle*/) noexcept {
    if (close_database_connections(std::chrono::seconds(1)) && !WorkerQueue::is_any_in_thread())
        return;
    // exit() calls first what was registered last. If it cannot be registered, nothing is lost but this.
    static_cast<void>(std::atexit([] { std::_Exit(EXIT_SUCCESS); }));
}

ngx_http_module_t context = {
    before_configuration,  // preconfiguration
    after_configuration,   // postconfiguration
    create_main_conf,      // create main configuration
    nullptr,               // init main configuration
    nullptr,               // create server configuration
    nullptr,               // merge server configuration
    create_location_conf,  // create location configuration
    merge_location_conf,   // merge location configuration
};

}  // namespace
}  // namespace helpdesk::ngx

ngx_module_t ngx_http_helpdesk_module = {
    NGX_MODULE_V1,
    &helpdesk::ngx::context,
    helpdesk::ngx::commands(),
    NGX_HTTP_MODULE,
    nullptr,                      // init master
    nullptr,                      // init module
    helpdesk::ngx::init_process,  // init process
    nullptr,                      // init thread
    nullptr,                      // exit thread
    helpdesk::ngx::exit_process,  // exit process
    nullptr,                      // exit master
    NGX_MODULE_V1_PADDING,
};
