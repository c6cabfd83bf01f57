#include "response.hpp"

#include <string>

#include "buffers.hpp"
#include "context.hpp"
#include "failure.hpp"
#include "request_id.hpp"

namespace helpdesk::ngx {

ngx_int_t send_reply(ngx_http_request_t* r, Reply reply) {
    if (!reply.log.empty()) {
        const std::string line = reply.log + explain_to_operator(reply.status, reply.outcome);
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "helpdesk: %*s", line.size(), line.data());
    }
    const TextPieces* body = &prepare_response(r, std::move(reply));
    const ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
        return rc;
    return ngx_http_output_filter(r, body_chain(r, *body));
}

void answer_request(ngx_http_request_t* r, Reply reply) noexcept {
    run_or_end(r, [&] { ngx_http_finalize_request(r, send_reply(r, std::move(reply))); });
}

ngx_int_t refuse_unread(ngx_http_request_t* r, Reply reply) {
    const ngx_int_t rc = ngx_http_discard_request_body(r);
    return rc == NGX_OK ? send_reply(r, std::move(reply)) : rc;
}

const TextPieces& prepare_response(ngx_http_request_t* r, Reply reply) {
    keep_outcome(r, reply);
    r->headers_out.status = static_cast<ngx_uint_t>(reply.status);
    r->headers_out.status_line.len = 0;
    r->headers_out.content_type = copy(r->pool, reply.content_type);
    // The length without the charset, which is what gzip_types and the like compare.
    r->headers_out.content_type_len = reply.content_type.substr(0, reply.content_type.find(';')).size();
    if (r->headers_out.content_type_len != r->headers_out.content_type.len)
        r->headers_out.charset = ngx_string("utf-8");
    r->headers_out.content_type_lowcase = nullptr;
    r->headers_out.content_length_n = 0;
    for (const std::string& piece : reply.body)
        r->headers_out.content_length_n += static_cast<off_t>(piece.size());
    // The core reads If-Match, and the other conditions are for caches: nginx must not answer 304 or 412 for
    // a call that was carried out.
    r->disable_not_modified = 1;
    add_header(r, "Cache-Control", "no-store");
    // Answers carry text that customers wrote: no browser must take them for a page or a script.
    add_header(r, "X-Content-Type-Options", "nosniff");
    add_header(r, "X-Request-ID", request_id(r));
    for (const auto& [name, value] : reply.headers)
        add_header(r, name, value);
    return *make<TextPieces>(r->pool, std::move(reply.body));
}

void keep_outcome(ngx_http_request_t* r, const Reply& reply) {
    RequestContext& ctx = context(r);
    ctx.outcome = reply.outcome;
    ctx.times = reply.times;
    ctx.rows = reply.rows;
}

ngx_table_elt_t& add_header(ngx_http_request_t* r, std::string_view name, std::string_view value) {
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));
    if (header == nullptr)
        throw std::bad_alloc();
    ngx_memzero(header, sizeof(*header));
    header->key = copy(r->pool, name);
    header->value = copy(r->pool, value);
    header->hash = 1;
    return *header;
}

ngx_int_t expect_no_body(ngx_http_request_t* r) noexcept {
    if (r->method != NGX_HTTP_GET && r->method != NGX_HTTP_HEAD)
        return NGX_HTTP_NOT_ALLOWED;
    return ngx_http_discard_request_body(r);
}

ngx_int_t send_document(ngx_http_request_t* r, std::string_view content_type, std::string_view text) {
    const ngx_int_t rc = expect_no_body(r);
    if (rc != NGX_OK)
        return rc;
    add_header(r, "X-Content-Type-Options", "nosniff");
    // nginx only reads them.
    const auto borrowed = [](std::string_view bytes) {
        return ngx_str_t{bytes.size(), reinterpret_cast<u_char*>(const_cast<char*>(bytes.data()))};
    };
    ngx_str_t type = borrowed(content_type);
    ngx_http_complex_value_t body{};
    body.value = borrowed(text);
    return ngx_http_send_response(r, NGX_HTTP_OK, &type, &body);
}

}  // namespace helpdesk::ngx
