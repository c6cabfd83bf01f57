#include "config.hpp"

#include <stdexcept>

#include "answer/openapi.h"
#include "directives.hpp"
#include "location_conf.hpp"

namespace helpdesk::ngx {
namespace {

using Role = Answerer::Role;

template <typename Conf>
Conf* make_or_null(ngx_conf_t* cf) noexcept {
    try {
        return make<Conf>(cf->pool);
    } catch (const std::exception&) {
        return nullptr;
    }
}

void inherit(LocationConf& outer, LocationConf& conf) {
    std::size_t index = 0;
    for (const Directive& row : directives())
        if (!conf.written[index++])
            row.setting.inherit(outer, conf);
}

// Lets a block `if` or `limit_except` answer as its location does, unless another module answers in it.
void join_location(ngx_conf_t* cf, const LocationConf& location, LocationConf& block) {
    auto& core =
        *static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    if (!core.noname || core.handler != nullptr)
        return;
    core.handler = location.answerer.handler;
    block.answerer = location.answerer;
}

void complete_database(ngx_conf_t* cf, LocationConf& conf) {
    if (conf.settings.database == nullptr)
        throw std::invalid_argument("needs a \"helpdesk_database\" block");
    if (conf.thread_pool == nullptr)
        conf.thread_pool = ngx_thread_pool_add(cf, nullptr);
    if (conf.thread_pool == nullptr)
        throw std::bad_alloc();
}

void note_pools(ngx_conf_t* cf, const LocationConf& conf) {
    auto& main = *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_helpdesk_module));
    for (ngx_thread_pool_t* pool : {conf.thread_pool, conf.hash_thread_pool})
        if (pool != nullptr)
            main.databases_of_pools[pool].insert(conf.settings.database);
}

void check_hash_pool(const LocationConf& conf) {
    if (conf.hash_thread_pool == nullptr)
        throw std::invalid_argument("needs \"helpdesk_hash_thread_pool\", a thread pool for passwords alone");
    if (conf.thread_pool == conf.hash_thread_pool)
        throw std::invalid_argument(
            "needs two different pools in \"helpdesk_thread_pool\" and \"helpdesk_hash_thread_pool\", so "
            "that hashing never holds up the database");
}

// Checks that the location has what its answerer needs, and makes what depends on several directives.
void complete(ngx_conf_t* cf, LocationConf& conf) {
    const Role role = conf.answerer.role;
    if (role != Role::none)
        complete_database(cf, conf);
    if (role == Role::api && conf.settings.keys.empty())
        throw std::invalid_argument("needs at least one \"helpdesk_key\" block");
    if (role == Role::api || role == Role::auth)
        check_hash_pool(conf);
    if (role != Role::none)
        note_pools(cf, conf);
    if (!conf.openapi_base.empty())
        conf.openapi = openapi_document(conf.openapi_base, conf.settings.format_variable);
}

}  // namespace

void* create_main_conf(ngx_conf_t* cf) noexcept {
    return make_or_null<MainConf>(cf);
}

void* create_location_conf(ngx_conf_t* cf) noexcept {
    return make_or_null<LocationConf>(cf);
}

char* merge_location_conf(ngx_conf_t* cf, void* outer, void* inner) noexcept {
    auto& parent = *static_cast<LocationConf*>(outer);
    auto& conf = *static_cast<LocationConf*>(inner);
    try {
        inherit(parent, conf);
        if (parent.answerer.role != Role::none)
            join_location(cf, parent, conf);
        complete(cf, conf);
        return NGX_CONF_OK;
    } catch (const std::exception& error) {
        const Answerer& at = conf.answerer;
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "\"%*s\" %s in %*s:%ui", at.directive.size(),
                      at.directive.data(), error.what(), at.file.size(), at.file.data(), at.line);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
}

}  // namespace helpdesk::ngx
