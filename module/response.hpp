// Answering a request.
#pragma once

#include <string_view>

#include "answer/reply.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Sends the reply. Returns what a content handler returns. Throws std::bad_alloc.
ngx_int_t send_reply(ngx_http_request_t* r, Reply reply);

// Sends the reply and ends the request; gives up the one count on it that the caller holds.
void answer_request(ngx_http_request_t* r, Reply reply) noexcept;

// Answers a request that is refused by its line and headers alone. Returns what a content handler returns.
// Throws std::bad_alloc.
ngx_int_t refuse_unread(ngx_http_request_t* r, Reply reply);

// Puts the reply's status, type, length and headers into the response, and its text into the request's pool.
// The returned text lives as long as the request. Throws std::bad_alloc.
const TextPieces& prepare_response(ngx_http_request_t* r, Reply reply);

// Keeps the reply's outcome, times and number of records for the log and for the metrics. Throws
// std::bad_alloc.
void keep_outcome(ngx_http_request_t* r, const Reply& reply);

// Throws std::bad_alloc.
ngx_table_elt_t& add_header(ngx_http_request_t* r, std::string_view name, std::string_view value);

// Returns NGX_OK for a GET or HEAD, and discards its body if it has one. Otherwise returns what a content
// handler returns.
ngx_int_t expect_no_body(ngx_http_request_t* r) noexcept;

// Answers a GET or HEAD with a text that is no answer of the API and lives as long as the request. Returns
// what a content handler returns. Throws std::bad_alloc.
ngx_int_t send_document(ngx_http_request_t* r, std::string_view content_type, std::string_view text);

}  // namespace helpdesk::ngx
