#include "config.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>

#include "answer/openapi.h"
#include "auth.hpp"
#include "blocks.hpp"
#include "handler.hpp"
#include "health.hpp"
#include "openapi.hpp"
#include "status.hpp"
#include "text.h"

namespace helpdesk::ngx {
namespace {

// A setter throws what is wrong, in words that follow the directive's name; nginx logs it with file and line.
using Setter = void (*)(ngx_conf_t* cf, LocationConf& conf);

template <Setter set>
char* directive(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept {
    try {
        set(cf, *static_cast<LocationConf*>(conf));
        return NGX_CONF_OK;
    } catch (const std::exception& error) {
        // An error inside a block was logged there.
        if (*error.what() != '\0')
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" %s", &command->name, error.what());
        return static_cast<char*>(NGX_CONF_ERROR);
    }
}

std::string argument(ngx_conf_t* cf) {
    return std::string(view(static_cast<ngx_str_t*>(cf->args->elts)[1]));
}

template <typename T>
void set_once(std::optional<T>& field, T value) {
    if (field)
        throw std::invalid_argument("is duplicate");
    field = std::move(value);
}

// One of two words.
bool choice(ngx_conf_t* cf, const char* if_true, const char* if_false) {
    const std::string word = argument(cf);
    if (word != if_true && word != if_false)
        throw std::invalid_argument("must be \"" + std::string(if_true) + "\" or \"" + if_false +
                                    "\", not \"" + word + "\"");
    return word == if_true;
}

// The location's own part of nginx's configuration.
ngx_http_core_loc_conf_t& core_conf(ngx_conf_t* cf) {
    return *static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
}

// What answers in a location, and the directive that says so.
struct AnswerOf {
    ngx_http_handler_pt handler;
    const char* directive;
};

AnswerOf answer_of(LocationConf::Role role) {
    switch (role) {
        case LocationConf::Role::health:
            return {handle_health, "helpdesk_health"};
        case LocationConf::Role::auth:
            return {handle_auth, "helpdesk_auth"};
        default:
            return {handle_request, "helpdesk_api"};
    }
}

// Lets the handler answer in the location.
void answer_with(ngx_conf_t* cf, ngx_http_handler_pt handler) {
    if (core_conf(cf).handler != nullptr)
        throw std::invalid_argument("stands where another directive answers already");
    core_conf(cf).handler = handler;
}

void set_role(ngx_conf_t* cf, LocationConf& conf, LocationConf::Role role) {
    if (conf.role == role)
        throw std::invalid_argument("is duplicate");
    answer_with(cf, answer_of(role).handler);
    conf.role = role;
    conf.file = view(cf->conf_file->file.name);
    conf.line = cf->conf_file->line;
}

void set_api(ngx_conf_t* cf, LocationConf& conf) {
    set_role(cf, conf, LocationConf::Role::api);
}

void set_health(ngx_conf_t* cf, LocationConf& conf) {
    set_role(cf, conf, LocationConf::Role::health);
}

void set_auth(ngx_conf_t* cf, LocationConf& conf) {
    set_role(cf, conf, LocationConf::Role::auth);
    const std::string realm = cf->args->nelts > 1 ? argument(cf) : "Help desk";
    if (std::any_of(realm.begin(), realm.end(),
                    [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; }))
        throw std::invalid_argument("must be of ASCII characters without \" and \\");
    conf.realm = realm;
}

void set_auth_cache(ngx_conf_t* cf, LocationConf& conf) {
    const ngx_str_t& text = static_cast<ngx_str_t*>(cf->args->elts)[1];
    const auto seconds = view(text) == "off" ? std::chrono::seconds(0) : parse_seconds(text);
    if (!seconds)
        throw std::invalid_argument("must be \"off\" or a time from 1s to 1h in whole seconds, not \"" +
                                    argument(cf) + "\"");
    set_once(conf.auth_cache, *seconds);
}

void set_openapi(ngx_conf_t* cf, LocationConf& conf) {
    std::string base = argument(cf);
    if (base.empty() || base.front() != '/')
        throw std::invalid_argument("must be the path of the API, such as /API/, not \"" + base + "\"");
    if (base.back() != '/')
        base += '/';
    set_once(conf.openapi_base, base);
    answer_with(cf, handle_openapi);
}

void set_status(ngx_conf_t* cf, LocationConf& /*conf*/) {
    const std::string face = argument(cf);
    if (face != "html" && face != "json" && face != "prometheus")
        throw std::invalid_argument(R"(must be "html", "json" or "prometheus", not ")" + face + "\"");
    answer_with(cf, face == "html"   ? handle_status_html
                    : face == "json" ? handle_status_json
                                     : handle_status_prometheus);
}

void set_database(ngx_conf_t* cf, LocationConf& conf) {
    if (conf.database != nullptr)
        throw std::invalid_argument("is duplicate");
    conf.database = parse_database_block(cf);
}

void set_key(ngx_conf_t* cf, LocationConf& conf) {
    Key key = parse_key_block(cf, argument(cf));
    for (const Key& other : conf.keys) {
        if (other.name == key.name)
            throw std::invalid_argument("\"" + key.name + "\" is duplicate");
        if (other.hash == key.hash)
            throw std::invalid_argument("\"" + key.name + "\" has the \"sha256\" of \"" + other.name + "\"");
    }
    conf.keys.push_back(std::move(key));
}

// nginx itself refuses a pool that no thread_pool directive makes, once it has read all of the configuration.
ngx_thread_pool_t* thread_pool(ngx_conf_t* cf, ngx_thread_pool_t* previous) {
    if (previous != nullptr)
        throw std::invalid_argument("is duplicate");
    ngx_thread_pool_t* pool = ngx_thread_pool_add(cf, static_cast<ngx_str_t*>(cf->args->elts) + 1);
    if (pool == nullptr)
        throw std::bad_alloc();
    return pool;
}

void set_thread_pool(ngx_conf_t* cf, LocationConf& conf) {
    conf.thread_pool = thread_pool(cf, conf.thread_pool);
}

void set_hash_thread_pool(ngx_conf_t* cf, LocationConf& conf) {
    conf.hash_thread_pool = thread_pool(cf, conf.hash_thread_pool);
}

void set_bcrypt_cost(ngx_conf_t* cf, LocationConf& conf) {
    const ngx_str_t& text = static_cast<ngx_str_t*>(cf->args->elts)[1];
    const ngx_int_t cost = ngx_atoi(text.data, text.len);
    if (cost < lowest_bcrypt_cost || cost > highest_bcrypt_cost)
        throw std::invalid_argument("must be a number from 4 to 31, not \"" + argument(cf) + "\"");
    set_once(conf.bcrypt_cost, static_cast<int>(cost));
}

void set_format(ngx_conf_t* cf, LocationConf& conf) {
    const auto format = parse_format(argument(cf));
    if (!format)
        throw std::invalid_argument("must be \"xml\", \"json\" or \"url\", not \"" + argument(cf) + "\"");
    set_once(conf.format, *format);
}

void set_format_variable(ngx_conf_t* cf, LocationConf& conf) {
    const std::string name = text::to_lower(argument(cf));
    if (name.empty() || is_taken_name(name))
        throw std::invalid_argument("cannot be \"" + name + "\", which is a variable of the API");
    set_once(conf.format_variable, name);
}

void set_error_status(ngx_conf_t* cf, LocationConf& conf) {
    set_once(conf.legacy_status, choice(cf, "legacy", "standard"));
}

void set_unknown_variables(ngx_conf_t* cf, LocationConf& conf) {
    set_once(conf.reject_unknown, choice(cf, "reject", "ignore"));
}

void set_email_check(ngx_conf_t* cf, LocationConf& conf) {
    set_once(conf.check_email, choice(cf, "on", "off"));
}

void set_key_in_url(ngx_conf_t* cf, LocationConf& conf) {
    set_once(conf.key_in_url, choice(cf, "on", "off"));
}

void set_max_records(ngx_conf_t* cf, LocationConf& conf) {
    const ngx_str_t& text = static_cast<ngx_str_t*>(cf->args->elts)[1];
    const ngx_int_t most = ngx_atoi(text.data, text.len);
    if (most < 1 || most > static_cast<ngx_int_t>(most_records))
        throw std::invalid_argument("must be a number from 1 to " + std::to_string(most_records) +
                                    ", not \"" + argument(cf) + "\"");
    set_once(conf.max_records, static_cast<std::size_t>(most));
}

void set_date_format(ngx_conf_t* cf, LocationConf& conf) {
    set_once(conf.time_format, choice(cf, "iso", "reference") ? TimeFormat::iso : TimeFormat::reference);
}

// `timeout=2s`
ngx_msec_t geocoder_timeout(const ngx_str_t& parameter) {
    constexpr std::string_view name = "timeout=";
    constexpr ngx_int_t longest = 60'000;
    ngx_str_t time = parameter;
    ngx_int_t value = NGX_ERROR;
    if (view(parameter).starts_with(name)) {
        time.data += name.size();
        time.len -= name.size();
        value = ngx_parse_time(&time, 0);
    }
    if (value < 1 || value > longest)
        throw std::invalid_argument("must have \"timeout=\" and a time from 1ms to 60s, not \"" +
                                    std::string(view(parameter)) + "\"");
    return static_cast<ngx_msec_t>(value);
}

void set_geocoder(ngx_conf_t* cf, LocationConf& conf) {
    Geocoder geocoder{.location = argument(cf)};
    if (geocoder.location == "off")
        geocoder.location.clear();
    else if (!geocoder.location.starts_with('/') || geocoder.location.find('?') != std::string::npos)
        throw std::invalid_argument("must be the path of a location, such as /geocoder, or \"off\", not \"" +
                                    geocoder.location + "\"");
    if (cf->args->nelts > 2)
        geocoder.timeout = geocoder_timeout(static_cast<ngx_str_t*>(cf->args->elts)[2]);
    set_once(conf.geocoder, geocoder);
}

template <typename T>
void inherit(std::optional<T>& child, const std::optional<T>& parent) {
    if (!child)
        child = parent;
}

template <typename T>
void inherit(T*& child, T* parent) {
    if (child == nullptr)
        child = parent;
}

void merge(const LocationConf& parent, LocationConf& child) {
    inherit(child.database, parent.database);
    if (child.keys.empty())
        child.keys = parent.keys;
    inherit(child.key_in_url, parent.key_in_url);
    inherit(child.thread_pool, parent.thread_pool);
    inherit(child.hash_thread_pool, parent.hash_thread_pool);
    inherit(child.bcrypt_cost, parent.bcrypt_cost);
    inherit(child.format, parent.format);
    inherit(child.format_variable, parent.format_variable);
    inherit(child.legacy_status, parent.legacy_status);
    inherit(child.reject_unknown, parent.reject_unknown);
    inherit(child.check_email, parent.check_email);
    inherit(child.max_records, parent.max_records);
    inherit(child.time_format, parent.time_format);
    inherit(child.geocoder, parent.geocoder);
    inherit(child.auth_cache, parent.auth_cache);
}

// A block `if` or `limit_except` is its location once more, unless another module answers in it.
void join_location(ngx_conf_t* cf, const LocationConf& location, LocationConf& block) {
    ngx_http_core_loc_conf_t& core = core_conf(cf);
    if (!core.noname || core.handler != nullptr)
        return;
    core.handler = answer_of(location.role).handler;
    block.role = location.role;
    block.realm = location.realm;
    block.file = location.file;
    block.line = location.line;
}

// Fills in what only a location that asks the database needs.
void complete_database(ngx_conf_t* cf, LocationConf& conf) {
    if (conf.database == nullptr)
        throw std::invalid_argument("needs a \"helpdesk_database\" block");
    conf.settings.database = conf.database;
    if (conf.thread_pool == nullptr)
        conf.thread_pool = ngx_thread_pool_add(cf, nullptr);
    if (conf.thread_pool == nullptr)
        throw std::bad_alloc();
}

// Fills in what only a location that hashes passwords needs.
void complete_hash(LocationConf& conf) {
    if (conf.hash_thread_pool == nullptr)
        throw std::invalid_argument("needs \"helpdesk_hash_thread_pool\", a thread pool for passwords alone");
    if (conf.thread_pool == conf.hash_thread_pool)
        throw std::invalid_argument(
            "needs two different pools in \"helpdesk_thread_pool\" and \"helpdesk_hash_thread_pool\", so "
            "that hashing never holds up the database");
    conf.settings.bcrypt_cost = conf.bcrypt_cost.value_or(conf.settings.bcrypt_cost);
}

// Fills in what only the API needs.
void complete_api(LocationConf& conf) {
    if (conf.keys.empty())
        throw std::invalid_argument("needs at least one \"helpdesk_key\" block");
    complete_hash(conf);
    Settings& settings = conf.settings;
    settings.keys = conf.keys;
    settings.refuse_key_in_url = !conf.key_in_url.value_or(true);
    settings.format = conf.format.value_or(settings.format);
    settings.format_variable = conf.format_variable.value_or(settings.format_variable);
    settings.legacy_status = conf.legacy_status.value_or(settings.legacy_status);
    settings.reject_unknown = conf.reject_unknown.value_or(settings.reject_unknown);
    settings.max_records = conf.max_records.value_or(settings.max_records);
    settings.time_format = conf.time_format.value_or(settings.time_format);
    settings.geocoder = conf.geocoder && !conf.geocoder->location.empty();
    settings.check.reject_unknown_choices = settings.reject_unknown;
    settings.check.check_email = conf.check_email.value_or(settings.check.check_email);
}

constexpr ngx_uint_t everywhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

ngx_command_t entry(ngx_str_t name, ngx_uint_t type, char* (*set)(ngx_conf_t*, ngx_command_t*, void*)) {
    return {name, type, set, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr};
}

}  // namespace

ngx_command_t commands[] = {
    entry(ngx_string("helpdesk_api"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, directive<set_api>),
    entry(ngx_string("helpdesk_health"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, directive<set_health>),
    entry(ngx_string("helpdesk_auth"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS | NGX_CONF_TAKE1,
          directive<set_auth>),
    entry(ngx_string("helpdesk_auth_cache"), everywhere | NGX_CONF_TAKE1, directive<set_auth_cache>),
    entry(ngx_string("helpdesk_openapi"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1, directive<set_openapi>),
    entry(ngx_string("helpdesk_status"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1, directive<set_status>),
    entry(ngx_string("helpdesk_database"), everywhere | NGX_CONF_BLOCK | NGX_CONF_NOARGS,
          directive<set_database>),
    entry(ngx_string("helpdesk_key"), everywhere | NGX_CONF_BLOCK | NGX_CONF_TAKE1, directive<set_key>),
    entry(ngx_string("helpdesk_key_in_url"), everywhere | NGX_CONF_TAKE1, directive<set_key_in_url>),
    entry(ngx_string("helpdesk_thread_pool"), everywhere | NGX_CONF_TAKE1, directive<set_thread_pool>),
    entry(ngx_string("helpdesk_hash_thread_pool"), everywhere | NGX_CONF_TAKE1,
          directive<set_hash_thread_pool>),
    entry(ngx_string("helpdesk_bcrypt_cost"), everywhere | NGX_CONF_TAKE1, directive<set_bcrypt_cost>),
    entry(ngx_string("helpdesk_format"), everywhere | NGX_CONF_TAKE1, directive<set_format>),
    entry(ngx_string("helpdesk_format_variable"), everywhere | NGX_CONF_TAKE1,
          directive<set_format_variable>),
    entry(ngx_string("helpdesk_error_status"), everywhere | NGX_CONF_TAKE1, directive<set_error_status>),
    entry(ngx_string("helpdesk_unknown_variables"), everywhere | NGX_CONF_TAKE1,
          directive<set_unknown_variables>),
    entry(ngx_string("helpdesk_max_records"), everywhere | NGX_CONF_TAKE1, directive<set_max_records>),
    entry(ngx_string("helpdesk_date_format"), everywhere | NGX_CONF_TAKE1, directive<set_date_format>),
    entry(ngx_string("helpdesk_geocoder"), everywhere | NGX_CONF_TAKE12, directive<set_geocoder>),
    entry(ngx_string("helpdesk_email_check"), everywhere | NGX_CONF_TAKE1, directive<set_email_check>),
    ngx_null_command,
};

void* create_location_conf(ngx_conf_t* cf) noexcept {
    try {
        return make<LocationConf>(cf->pool);
    } catch (const std::exception&) {
        return nullptr;
    }
}

char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    const auto& outer = *static_cast<LocationConf*>(parent);
    auto& conf = *static_cast<LocationConf*>(child);
    try {
        merge(outer, conf);
        if (outer.role != LocationConf::Role::none)
            join_location(cf, outer, conf);
        if (conf.role != LocationConf::Role::none)
            complete_database(cf, conf);
        if (conf.is_api())
            complete_api(conf);
        if (conf.role == LocationConf::Role::auth) {
            complete_hash(conf);
            conf.auth_cache = conf.auth_cache.value_or(std::chrono::minutes(1));
        }
        if (conf.openapi_base)
            conf.openapi = openapi_document(*conf.openapi_base,
                                            conf.format_variable.value_or(conf.settings.format_variable));
        return NGX_CONF_OK;
    } catch (const std::exception& error) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "\"%s\" %s in %*s:%ui", answer_of(conf.role).directive,
                      error.what(), conf.file.size(), conf.file.data(), conf.line);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
}

}  // namespace helpdesk::ngx
