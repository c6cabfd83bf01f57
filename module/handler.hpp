// From an nginx request to the core, and from the core's reply to the client.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>

#include "call/call.h"
#include "ngx.hpp"
#include "request/accept.h"

namespace helpdesk::ngx {

// The content handler of a location with `helpdesk_api`.
ngx_int_t handle_request(ngx_http_request_t* r) noexcept;

// Writes the reply and ends the request; gives up the one count on it that the caller holds.
void finish_request(ngx_http_request_t* r, Reply reply) noexcept;

// Keeps what the variables of the log tell of a reply.
void keep_numbers(ngx_http_request_t* r, const Reply& reply);

// Puts the reply's status, type, length and headers into the response, its text into the request's pool.
// The text that is returned lives as long as the request. Throws std::bad_alloc.
const Text& prepare_response(ngx_http_request_t* r, Reply reply);

// Throws std::bad_alloc.
ngx_table_elt_t& add_header(ngx_http_request_t* r, std::string_view name, std::string_view value);

// NGX_OK for a GET or HEAD, whose body, if it has one, is not read; else what a content handler returns.
ngx_int_t expect_no_body(ngx_http_request_t* r) noexcept;

// Answers a GET or HEAD with a text of ours that is no answer of the API, and lives as long as the request.
// For a content handler.
ngx_int_t send_document(ngx_http_request_t* r, std::string_view content_type, std::string_view text) noexcept;

// Tells the operator what was thrown and what became of it.
void log_exception(ngx_log_t* log, const std::exception& error, const char* consequence) noexcept;
inline constexpr auto client_gets_500 =
    "the client gets 500, and may try again; look for a lack of memory or of disk space";

// Runs what goes on with a request and gives up one count on it. What that throws ends the request with 500.
template <typename GoOn>
void go_on_or_fail(ngx_http_request_t* r, GoOn go_on) noexcept {
    try {
        go_on();
    } catch (const std::exception& error) {
        log_exception(r->connection->log, error, client_gets_500);
        ngx_http_finalize_request(r, r->header_sent ? NGX_ERROR : NGX_HTTP_INTERNAL_SERVER_ERROR);
    }
}

// Takes what a body filter was given, so that nothing of it goes on.
void consume(ngx_chain_t* in) noexcept;

// The parts of a request that stand in its line and headers.
Request read_head(ngx_http_request_t* r);

struct Stream;

// What the module keeps of a request. nginx forgets it at an internal redirect.
struct RequestContext {
    std::optional<Request> head;                                 // while the body is read
    std::optional<Caller> caller;                                // once the whole request was read
    std::optional<std::chrono::steady_clock::time_point> begin;  // when its head was read
    std::string_view outcome;  // of the response that is the API's own, empty until there is one
    Times times;               // these two with the outcome
    std::uint64_t rows = 0;
    const Text* envelope = nullptr;  // the body that replaces the one nginx made, until it is sent
    bool replaces = false;
    Stream* stream = nullptr;  // of an answer that is sent in parts
};

// Null when there is none yet.
inline RequestContext* find_context(ngx_http_request_t* r) {
    return static_cast<RequestContext*>(ngx_http_get_module_ctx(r, ngx_http_helpdesk_module));
}

// Who calls and what. Before the body is read, as for limit_req, that is what the line and the headers say,
// without a key that may not be used: nobody else must use up its owner's rate. Throws as identify() does.
Caller caller_of(ngx_http_request_t* r);

// Makes one when there is none. Throws std::bad_alloc.
RequestContext& context(ngx_http_request_t* r);

}  // namespace helpdesk::ngx
