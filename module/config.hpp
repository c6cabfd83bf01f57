// The directives, and what they make of a location.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "answer/reply.h"
#include "call/settings.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Where a subrequest looks up coordinates, and how long a call waits for it.
struct Geocoder {
    std::string location;
    ngx_msec_t timeout = 2000;
};

// One level of configuration: http, server or location. What a level does not set, it inherits.
struct LocationConf {
    const DatabaseSettings* database = nullptr;
    std::vector<Key> keys;
    std::optional<bool> key_in_url;
    ngx_thread_pool_t* thread_pool = nullptr;
    ngx_thread_pool_t* hash_thread_pool = nullptr;
    std::optional<int> bcrypt_cost;
    std::optional<Format> format;
    std::optional<std::string> format_variable;
    std::optional<bool> legacy_status;
    std::optional<bool> reject_unknown;
    std::optional<bool> check_email;
    std::optional<std::size_t> max_records;
    std::optional<TimeFormat> time_format;
    std::optional<Geocoder> geocoder;  // without a location where it is off

    // How long a customer's right password is remembered; 0: not at all.
    std::optional<std::chrono::seconds> auth_cache;
    // Where `helpdesk_auth` stands: what browsers tell a customer that the password is for.
    std::optional<std::string> realm;

    // Where `helpdesk_openapi` stands: the path of the API, and the document.
    std::optional<std::string> openapi_base;
    std::string openapi;

    // What answers here, and where the configuration says so.
    enum class Role { none, api, health, auth };
    Role role = Role::none;
    std::string_view file;
    ngx_uint_t line = 0;

    // What a location that answers works with: all of the above, defaults filled in.
    Settings settings;

    bool is_api() const { return role == Role::api; }
};

extern ngx_command_t commands[];

void* create_location_conf(ngx_conf_t* cf) noexcept;
char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;

inline const LocationConf& location_conf(ngx_http_request_t* r) {
    return *static_cast<LocationConf*>(ngx_http_get_module_loc_conf(r, ngx_http_helpdesk_module));
}

}  // namespace helpdesk::ngx
