// The end of every exception that our code throws: none may reach nginx.
#pragma once

#include <exception>

#include "ngx.hpp"

namespace helpdesk::ngx {

inline constexpr auto client_gets_500 =
    "the client gets 500, and may try again; look for a lack of memory or of disk space";

// Logs what was thrown and what becomes of it.
void log_exception(ngx_log_t* log, const std::exception& error, const char* consequence) noexcept;

// Logs what was thrown, and returns what ends the request: 500 if no part of its response is out, otherwise
// NGX_ERROR, for which nginx closes the connection.
ngx_int_t log_failure(ngx_http_request_t* r, const std::exception& error) noexcept;

// Ends the request as log_failure() says. Gives up one count on it.
void end_with_failure(ngx_http_request_t* r, const std::exception& error) noexcept;

// Runs a step in the life of a request that gives up one count on it. If the step throws, the request ends.
template <typename Step>
void run_or_end(ngx_http_request_t* r, Step step) noexcept {
    try {
        step();
    } catch (const std::exception& error) {
        end_with_failure(r, error);
    }
}

}  // namespace helpdesk::ngx
