// The configuration of a location, and of all of them together. directives.cpp has a row for each directive
// that fills it.
#pragma once

#include <bitset>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "call/settings.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

struct Accounts;

// Where a subrequest looks up coordinates, and how long a call waits for it.
struct Geocoder {
    std::string location;  // empty: off
    ngx_msec_t timeout = 2000;
};

// The directive that makes a location answer, if there is one that needs the database.
struct Answerer {
    enum class Role { none, api, health, auth };
    Role role = Role::none;
    ngx_http_handler_pt handler = nullptr;
    std::string_view directive;
    std::string_view file;  // of the configuration, with the line
    ngx_uint_t line = 0;
    std::string realm;                   // auth only: the words with which a browser asks for the password
    const Accounts* accounts = nullptr;  // auth only: whose passwords are checked
};

// One level of the configuration: http, server or location. A level has its own values where its directives
// are written, those of the outer level where they are not, and the defaults below where no level has any.
struct LocationConf {
    Settings settings;
    ngx_thread_pool_t* thread_pool = nullptr;       // null: the pool `default`
    ngx_thread_pool_t* hash_thread_pool = nullptr;  // null: none
    Geocoder geocoder;
    std::chrono::seconds auth_cache{60};  // how long a right password is remembered; 0: not at all

    // These belong to one location and are not inherited.
    Answerer answerer;
    std::string openapi_base;  // the path of the API; empty without `helpdesk_openapi`
    std::string openapi;       // the document

    // The directives that are written on this level, by their place among the rows.
    std::bitset<64> written;

    bool is_api() const { return answerer.role == Answerer::Role::api; }
};

// The configuration of all locations together.
struct MainConf {
    // The databases whose work goes to each pool.
    std::map<ngx_thread_pool_t*, std::set<const DatabaseSettings*>> databases_of_pools;
};

inline const LocationConf& location_conf(ngx_http_request_t* r) {
    return *static_cast<LocationConf*>(ngx_http_get_module_loc_conf(r, ngx_http_helpdesk_module));
}

}  // namespace helpdesk::ngx
