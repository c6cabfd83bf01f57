#include "directives.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "api.hpp"
#include "auth.hpp"
#include "database_block.hpp"
#include "health.hpp"
#include "key_block.hpp"
#include "openapi.hpp"
#include "password.h"
#include "request/accept.h"
#include "request/select.h"
#include "status.hpp"
#include "text.h"

namespace helpdesk::ngx {

// Returns the part of the configuration that has the member of a row.
inline Settings& part_of(LocationConf& conf, const Settings* /*which*/) {
    return conf.settings;
}

inline CheckOptions& part_of(LocationConf& conf, const CheckOptions* /*which*/) {
    return conf.settings.check;
}

namespace {

using Role = Answerer::Role;

std::string text_at(Values values, std::size_t index) {
    return std::string(view(values[index]));
}

// Lets the handler answer in the location.
void answer_with(ngx_conf_t* cf, ngx_http_handler_pt handler) {
    auto& core =
        *static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    if (core.handler != nullptr)
        throw std::invalid_argument("is not allowed where another directive answers already");
    core.handler = handler;
}

template <Role role, ngx_http_handler_pt handler>
void read_answerer(ngx_conf_t* cf, Values /*values*/, LocationConf& conf) {
    answer_with(cf, handler);
    conf.answerer = {.role = role,
                     .handler = handler,
                     .directive = view(static_cast<ngx_str_t*>(cf->args->elts)[0]),
                     .file = view(cf->conf_file->file.name),
                     .line = cf->conf_file->line,
                     .realm = {}};
}

void read_auth(ngx_conf_t* cf, Values values, LocationConf& conf) {
    read_answerer<Role::auth, handle_auth>(cf, values, conf);
    conf.answerer.accounts = all_accounts;
    const auto named =
        std::find_if(std::begin(all_accounts), std::end(all_accounts),
                     [&](const Accounts& one) { return !values.empty() && one.word == view(values[0]); });
    if (named != std::end(all_accounts)) {
        conf.answerer.accounts = named;
        values = values.subspan(1);
    } else if (values.size() > 1) {
        throw wrong_value("must be \"customers\" or \"technicians\"", values[0]);
    }
    const std::string realm = values.empty() ? "Help desk" : text_at(values, 0);
    if (std::any_of(realm.begin(), realm.end(),
                    [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; }))
        throw std::invalid_argument("must be of ASCII characters without \" and \\");
    conf.answerer.realm = realm;
}

void read_openapi(ngx_conf_t* cf, Values values, LocationConf& conf) {
    std::string base = text_at(values, 0);
    if (base.empty() || base.front() != '/')
        throw wrong_value("must be the path of the API, such as /API/", values[0]);
    if (base.back() != '/')
        base += '/';
    answer_with(cf, handle_openapi);
    conf.openapi_base = base;
}

void read_status(ngx_conf_t* cf, Values values, LocationConf& /*conf*/) {
    constexpr Word<ngx_http_handler_pt> faces[] = {
        {"html", handle_status_html}, {"json", handle_status_json}, {"prometheus", handle_status_prometheus}};
    for (const auto& [name, handler] : faces)
        if (name == view(values[0]))
            return answer_with(cf, handler);
    throw wrong_value(R"(must be "html", "json" or "prometheus")", values[0]);
}

void read_database(ngx_conf_t* cf, Values /*values*/, LocationConf& conf) {
    conf.settings.database = read_database_block(cf);
}

void add_key(ngx_conf_t* cf, Values values, LocationConf& conf) {
    Key key = read_key_block(cf, text_at(values, 0));
    for (const Key& other : conf.settings.keys) {
        if (other.name == key.name)
            throw std::invalid_argument("\"" + key.name + "\" is duplicate");
        if (other.hash == key.hash)
            throw std::invalid_argument("\"" + key.name + "\" has the \"sha256\" of \"" + other.name + "\"");
    }
    conf.settings.keys.push_back(std::move(key));
}

// Once nginx has read the whole configuration, it refuses a pool that no thread_pool directive makes.
template <auto member>
void read_thread_pool(ngx_conf_t* cf, Values values, LocationConf& conf) {
    ngx_str_t name = values[0];
    conf.*member = ngx_thread_pool_add(cf, &name);
    if (conf.*member == nullptr)
        throw std::bad_alloc();
}

void read_auth_cache(ngx_conf_t* /*cf*/, Values values, LocationConf& conf) {
    const auto time =
        view(values[0]) == "off" ? std::chrono::milliseconds(0) : parse_time(values[0], usual_times);
    if (!time)
        throw wrong_value("must be \"off\" or " + describe(usual_times), values[0]);
    conf.auth_cache = std::chrono::duration_cast<std::chrono::seconds>(*time);
}

void read_request_memory(ngx_conf_t* /*cf*/, Values values, LocationConf& conf) {
    constexpr off_t least = 1 << 20;
    constexpr off_t most = off_t{1} << 40;
    ngx_str_t text = values[0];
    const off_t size = ngx_parse_offset(&text);
    if (size < least || size > most)
        throw wrong_value("must be a size from 1m to 1024g", values[0]);
    conf.settings.memory = std::make_shared<RequestMemory>(static_cast<std::size_t>(size));
}

void read_format(ngx_conf_t* /*cf*/, Values values, LocationConf& conf) {
    const auto format = parse_format(view(values[0]));
    if (!format)
        throw wrong_value(R"(must be "xml", "json" or "url")", values[0]);
    conf.settings.format = *format;
}

void read_format_variable(ngx_conf_t* /*cf*/, Values values, LocationConf& conf) {
    const std::string name = text::to_lower(text_at(values, 0));
    if (name.empty() || is_taken_name(name))
        throw std::invalid_argument("cannot be \"" + name + "\", which is a variable of the API");
    conf.settings.format_variable = name;
}

// Reads `timeout=2s`.
ngx_msec_t read_geocoder_timeout(const ngx_str_t& value) {
    constexpr std::string_view name = "timeout=";
    constexpr TimeBounds bounds{std::chrono::milliseconds(1), std::chrono::seconds(60)};
    std::optional<std::chrono::milliseconds> time;
    if (view(value).starts_with(name))
        time = parse_time({value.len - name.size(), value.data + name.size()}, bounds);
    if (!time)
        throw wrong_value("must have \"timeout=\" and " + describe(bounds), value);
    return static_cast<ngx_msec_t>(time->count());
}

void read_geocoder(ngx_conf_t* /*cf*/, Values values, LocationConf& conf) {
    Geocoder geocoder{.location = text_at(values, 0)};
    if (geocoder.location == "off")
        geocoder.location.clear();
    else if (!geocoder.location.starts_with('/') || geocoder.location.find('?') != std::string::npos)
        throw wrong_value("must be the path of a location, such as /geocoder, or \"off\"", values[0]);
    if (values.size() > 1)
        geocoder.timeout = read_geocoder_timeout(values[1]);
    conf.settings.geocoder = !geocoder.location.empty();
    conf.geocoder = geocoder;
}

constexpr ngx_uint_t here = NGX_HTTP_LOC_CONF;
constexpr ngx_uint_t everywhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;
constexpr ngx_uint_t no_value = NGX_CONF_NOARGS;
constexpr ngx_uint_t one_or_two = NGX_CONF_TAKE12;
constexpr ngx_uint_t block = NGX_CONF_BLOCK;

constexpr Word<bool> on_off[] = {{"on", true}, {"off", false}};
constexpr Word<bool> refuse_words[] = {{"on", false}, {"off", true}};
constexpr Word<bool> status_words[] = {{"legacy", true}, {"standard", false}};
constexpr Word<bool> unknown_words[] = {{"reject", true}, {"ignore", false}};
constexpr Word<TimeFormat> date_words[] = {{"iso", TimeFormat::iso}, {"reference", TimeFormat::reference}};

// clang-format off
constexpr std::array rows = std::to_array<Directive>({
    {"helpdesk_api",               here | no_value,                by<read_answerer<Role::api, handle_api>>},
    {"helpdesk_health",            here | no_value,                by<read_answerer<Role::health, handle_health>>},
    {"helpdesk_auth",              here | no_value | one_value | two_values, by<read_auth>},
    {"helpdesk_openapi",           here | one_value,               by<read_openapi>},
    {"helpdesk_status",            here | one_value,               by<read_status>},
    {"helpdesk_database",          everywhere | block | no_value,  by<read_database, &Settings::database>},
    {"helpdesk_key",               everywhere | block | one_value, by<add_key, &Settings::keys>, true},
    {"helpdesk_key_in_url",        everywhere | one_value,         word<refuse_words, &Settings::refuse_key_in_url>},
    {"helpdesk_thread_pool",       everywhere | one_value,         by<read_thread_pool<&LocationConf::thread_pool>, &LocationConf::thread_pool>},
    {"helpdesk_hash_thread_pool",  everywhere | one_value,         by<read_thread_pool<&LocationConf::hash_thread_pool>, &LocationConf::hash_thread_pool>},
    {"helpdesk_auth_cache",        everywhere | one_value,         by<read_auth_cache, &LocationConf::auth_cache>},
    {"helpdesk_bcrypt_cost",       everywhere | one_value,         number<&Settings::bcrypt_cost, lowest_bcrypt_cost, highest_bcrypt_cost>},
    {"helpdesk_format",            everywhere | one_value,         by<read_format, &Settings::format>},
    {"helpdesk_format_variable",   everywhere | one_value,         by<read_format_variable, &Settings::format_variable>},
    {"helpdesk_error_status",      everywhere | one_value,         word<status_words, &Settings::legacy_status>},
    {"helpdesk_unknown_variables", everywhere | one_value,         word<unknown_words, &Settings::reject_unknown, &CheckOptions::reject_unknown_choices>},
    {"helpdesk_max_records",       everywhere | one_value,         number<&Settings::max_records, 1, most_records>},
    {"helpdesk_max_request_memory", everywhere | one_value,        by<read_request_memory, &Settings::memory>},
    {"helpdesk_date_format",       everywhere | one_value,         word<date_words, &Settings::time_format>},
    {"helpdesk_encode_text",       everywhere | one_value,         word<on_off, &Settings::encode_text>},
    {"helpdesk_email_check",       everywhere | one_value,         word<on_off, &CheckOptions::check_email>},
    {"helpdesk_geocoder",          everywhere | one_or_two,        by<read_geocoder, &LocationConf::geocoder, &Settings::geocoder>},
});
// clang-format on

static_assert(rows.size() <= decltype(LocationConf::written)().size());

// nginx calls this for each directive, with the row's place in `commands()`.
char* read_directive(ngx_conf_t* cf, ngx_command_t* command, void* data) noexcept {
    const auto index = static_cast<std::size_t>(command - commands());
    const Directive& row = rows.at(index);
    auto& conf = *static_cast<LocationConf*>(data);
    try {
        if (conf.written[index] && !row.repeats)
            throw std::invalid_argument("is duplicate");
        conf.written.set(index);
        row.setting.read(cf, {static_cast<ngx_str_t*>(cf->args->elts) + 1, cf->args->nelts - 1}, conf);
        return NGX_CONF_OK;
    } catch (const std::exception& error) {
        // A mistake inside a block was logged there.
        if (*error.what() != '\0')
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" %s", &command->name, error.what());
        return static_cast<char*>(NGX_CONF_ERROR);
    }
}

std::array<ngx_command_t, rows.size() + 1> make_commands() {
    std::array<ngx_command_t, rows.size() + 1> made{};
    for (std::size_t i = 0; i < rows.size(); ++i)
        made[i] = {{rows[i].name.size(), reinterpret_cast<u_char*>(const_cast<char*>(rows[i].name.data()))},
                   rows[i].place,
                   read_directive,
                   NGX_HTTP_LOC_CONF_OFFSET,
                   0,
                   nullptr};
    made.back() = ngx_null_command;
    return made;
}

}  // namespace

std::span<const Directive> directives() {
    return rows;
}

ngx_command_t* commands() {
    static std::array<ngx_command_t, rows.size() + 1> all = make_commands();
    return all.data();
}

}  // namespace helpdesk::ngx
