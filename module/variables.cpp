#include "variables.hpp"

#include <array>
#include <exception>
#include <string>
#include <string_view>

#include "auth.hpp"
#include "context.hpp"
#include "failure.hpp"
#include "request/redact.h"
#include "request_head.hpp"
#include "request_id.hpp"

namespace helpdesk::ngx {
namespace {

// Returns a variable's value, which lives as long as the request, or nothing when it has none.
using Getter = std::string_view (*)(ngx_http_request_t* r);

std::string_view key_name(ngx_http_request_t* r) {
    const Key* key = caller_of(r).key;
    return key == nullptr ? std::string_view() : key->name;
}

std::string_view action(ngx_http_request_t* r) {
    const Action* action = caller_of(r).action;
    return action == nullptr ? std::string_view() : action->name;
}

std::string_view outcome(ngx_http_request_t* r) {
    const RequestContext* ctx = find_context(r);
    return ctx == nullptr ? std::string_view() : ctx->outcome;
}

std::string_view error_code(ngx_http_request_t* r) {
    const std::string_view code = outcome(r);
    return code == Reply{}.outcome ? std::string_view() : code;
}

// Returns a value that only an answered call has.
template <typename Value>
std::string_view of_answered(ngx_http_request_t* r, const Value& value) {
    const RequestContext* ctx = find_context(r);
    return ctx == nullptr || ctx->outcome.empty() ? std::string_view() : view(copy(r->pool, value(*ctx)));
}

template <std::chrono::nanoseconds Times::*time>
std::string_view seconds(ngx_http_request_t* r) {
    return of_answered(r, [](const RequestContext& ctx) {
        return std::to_string(std::chrono::duration<double>(ctx.times.*time).count());
    });
}

std::string_view rows(ngx_http_request_t* r) {
    return of_answered(r, [](const RequestContext& ctx) { return std::to_string(ctx.rows); });
}

template <const Resource& (*resource)()>
std::string_view signed_in(ngx_http_request_t* r) {
    return view(copy(r->pool, remembered_name(r, resource())));
}

// $request without secrets. nginx has it also for lines that it could not read.
std::string_view request(ngx_http_request_t* r) {
    ngx_str_t name = ngx_string("request");
    const ngx_http_variable_value_t* line =
        ngx_http_get_variable(r, &name, ngx_hash_key(name.data, name.len));
    if (line == nullptr || line->not_found != 0)
        return {};
    return view(copy(r->pool, redact_request_line({reinterpret_cast<char*>(line->data), line->len})));
}

template <Getter get>
ngx_int_t variable(ngx_http_request_t* r, ngx_http_variable_value_t* value, uintptr_t /*data*/) noexcept {
    try {
        const std::string_view text = get(r);
        *value = {};
        value->len = static_cast<unsigned>(text.size()) & 0xFFF'FFFFU;
        value->data = reinterpret_cast<u_char*>(const_cast<char*>(text.data()));
        value->valid = text.empty() ? 0 : 1;
        value->not_found = text.empty() ? 1 : 0;
        value->no_cacheable = 1;
        return NGX_OK;
    } catch (const std::exception& error) {
        log_exception(r->connection->log, error, client_gets_500);
        return NGX_ERROR;
    }
}

struct NginxVariable {
    std::string_view name;
    ngx_http_get_variable_pt get;
};

constexpr std::array variables = {
    NginxVariable{"helpdesk_key_name", variable<key_name>},
    NginxVariable{"helpdesk_action", variable<action>},
    NginxVariable{"helpdesk_outcome", variable<outcome>},
    NginxVariable{"helpdesk_error_code", variable<error_code>},
    NginxVariable{"helpdesk_queue_time", variable<seconds<&Times::queue>>},
    NginxVariable{"helpdesk_database_time", variable<seconds<&Times::database>>},
    NginxVariable{"helpdesk_hash_time", variable<seconds<&Times::hash>>},
    NginxVariable{"helpdesk_geocoder_time", variable<seconds<&Times::asking>>},
    NginxVariable{"helpdesk_rows", variable<rows>},
    NginxVariable{"helpdesk_customer", variable<signed_in<customers>>},
    NginxVariable{"helpdesk_technician", variable<signed_in<technicians>>},
    NginxVariable{"helpdesk_request", variable<request>},
};

}  // namespace

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
    for (const NginxVariable& variable : variables) {
        ngx_str_t name{variable.name.size(),
                       reinterpret_cast<u_char*>(const_cast<char*>(variable.name.data()))};
        // The values change as the request goes on.
        ngx_http_variable_t* added = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (added == nullptr)
            return NGX_ERROR;
        added->get_handler = variable.get;
    }
    return index_request_id(cf);
}

}  // namespace helpdesk::ngx
