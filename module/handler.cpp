#include "handler.hpp"

#include <array>
#include <string>

#include "body.hpp"
#include "buffers.hpp"
#include "config.hpp"
#include "request/headers.h"
#include "task.hpp"
#include "variables.hpp"

namespace helpdesk::ngx {
namespace {

Headers headers_of(ngx_http_request_t* r) {
    Headers all;
    for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
        const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; ++i)
            all.push_back({view(headers[i].key), view(headers[i].value)});
    }
    return all;
}

BodyHead body_head(ngx_http_request_t* r) {
    return read_body_head(headers_of(r), r->headers_in.content_length_n <= 0 && !r->headers_in.chunked);
}

// The format of a body that carries rows.
std::optional<RowFormat> rows_of(BodyType type) {
    if (type == BodyType::csv)
        return RowFormat::csv;
    return type == BodyType::ndjson ? std::optional(RowFormat::ndjson) : std::nullopt;
}

// Beside rows, the action stands in the query string.
bool is_import(ngx_http_request_t* r) {
    const Action* action = find_action(read_head(r).variables.get(action_variable));
    return action != nullptr && action->verb.takes_rows;
}

Problem rows_without_import() {
    return {code::unsupported_media_type, "Content-Type",
            "rows are for an import alone, whose action stands in the query string"};
}

ngx_int_t send(ngx_http_request_t* r, Reply reply) {
    if (!reply.log.empty()) {
        const std::string line = reply.log + explain_to_operator(reply.status, reply.outcome);
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "helpdesk: %*s", line.size(), line.data());
    }
    const Text* body = &prepare_response(r, std::move(reply));
    const ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
        return rc;
    return ngx_http_output_filter(r, body_chain(r, *body));
}

using Accepted = std::variant<Reply, std::unique_ptr<Call>>;

void go_on(ngx_http_request_t* r, const LocationConf& conf, Accepted accepted) {
    if (auto* reply = std::get_if<Reply>(&accepted))
        finish_request(r, std::move(*reply));
    else
        run_on_threads(r, conf, std::move(std::get<std::unique_ptr<Call>>(accepted)));
}

// With all of the request known.
Accepted accept(const Settings& settings, const Request& request, Caller& caller) {
    caller = identify(settings, request);
    return helpdesk::accept(settings, request, caller);
}

void take_body(const BodyHead& head, std::string body, Request& request) {
    if (const auto format = rows_of(head.type))
        request.rows = std::make_shared<RowBody>(RowBody{*format, std::move(body)});
    else if (!body.empty())
        decode_body(head.type, body, head.content_type, request.variables);
}

// A large body on its way through a thread, which reads, decodes and checks it. All of it may be anybody's:
// who is not known by the line and the headers has to show a key in the body before it is decoded.
struct LargeBody {
    const Settings& settings;
    Request request;
    const BodyHead head;
    const Body body;
    Caller caller = {};
    std::optional<Accepted> accepted = {};
    std::string failure = {};

    void run() noexcept {
        try {
            std::string text = body.read();
            if (auto refused = refuse_stranger(text)) {
                accepted = std::move(*refused);
                return;
            }
            take_body(head, std::move(text), request);
            accepted = accept(settings, request, caller);
        } catch (const std::exception& error) {
            failure = error.what();
        }
    }

    std::optional<Reply> refuse_stranger(std::string_view text) const {
        Request shown = request;
        if (identify(settings, request).key == nullptr)
            if (auto key = find_in_body(head.type, text, head.content_type, key_variable))
                shown.variables.add(key_variable, std::move(*key));
        return refuse_early(settings, shown, identify(settings, shown), Known::key);
    }
};

// Bodies up to this size are decoded in the event loop, which is quicker than the way to a thread and back.
constexpr std::size_t small_body = std::size_t{64} * 1024;

Request take_head(ngx_http_request_t* r) {
    std::optional<Request>& head = context(r).head;
    Request request = head ? std::move(*head) : read_head(r);
    head.reset();
    return request;
}

void start_large(ngx_http_request_t* r, const LocationConf& conf, Body body) {
    auto large = std::make_shared<LargeBody>(LargeBody{
        .settings = conf.settings, .request = take_head(r), .head = body_head(r), .body = std::move(body)});
    const auto done = [r, &conf, large] {
        context(r).caller = large->caller;
        if (!large->failure.empty())
            throw std::runtime_error(large->failure);
        go_on(r, conf, std::move(*large->accepted));
    };
    if (!run_on_thread(
            r, conf, [large] { large->run(); }, done))
        finish_request(r, problem_reply(conf.settings, conf.settings.format,
                                        {problem_of_status(NGX_HTTP_SERVICE_UNAVAILABLE)}));
}

// With the body there: checks the call, then answers, or leaves it to a thread. Gives up one count.
void start(ngx_http_request_t* r) noexcept {
    go_on_or_fail(r, [r] {
        const LocationConf& conf = location_conf(r);
        Body body(r);
        if (r->method == NGX_HTTP_POST && body.size() > small_body)
            return start_large(r, conf, std::move(body));
        Request request = take_head(r);
        if (r->method == NGX_HTTP_POST)
            take_body(body_head(r), body.read(), request);
        Caller caller;
        Accepted accepted = accept(conf.settings, request, caller);
        context(r).caller = caller;
        go_on(r, conf, std::move(accepted));
    });
}

// Refuses a request by its line and headers alone.
ngx_int_t refuse(ngx_http_request_t* r, Reply reply) {
    const ngx_int_t rc = ngx_http_discard_request_body(r);
    return rc == NGX_OK ? send(r, std::move(reply)) : rc;
}

ngx_int_t refuse(ngx_http_request_t* r, Problem problem) {
    Problems ignored;
    const Settings& settings = location_conf(r).settings;
    return refuse(
        r, problem_reply(settings, choose_format(settings, read_head(r), ignored), {std::move(problem)}));
}

ngx_int_t handle(ngx_http_request_t* r) {
    // An `error_page` led here: there is nothing to do but to tell the error.
    if (r->err_status >= NGX_HTTP_BAD_REQUEST)
        return refuse(r, problem_of_status(static_cast<int>(std::exchange(r->err_status, 0))));
    if (r->method == NGX_HTTP_POST) {
        BodyHead head = body_head(r);
        if (head.type == BodyType::unsupported)
            return refuse(r, std::move(head.problem));
        if (rows_of(head.type) && !is_import(r))
            return refuse(r, rows_without_import());
        // Nothing is read of who is known not to come in.
        Request request = read_head(r);
        const Settings& settings = location_conf(r).settings;
        if (auto reply = refuse_early(settings, request, identify(settings, request), Known::head))
            return refuse(r, std::move(*reply));
        context(r).head = std::move(request);
        const ngx_int_t rc = ngx_http_read_client_request_body(r, start);
        return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
    }
    if (r->method != NGX_HTTP_GET)
        return refuse(r, problem_of_status(NGX_HTTP_NOT_ALLOWED));
    const ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK)
        return rc;
    ++r->main->count;
    start(r);
    return NGX_DONE;
}

// nginx has put in the real address here, where it is told to.
Address address_of(const sockaddr& socket) {
    const auto bytes = [](const auto& address) {
        return make_address({reinterpret_cast<const unsigned char*>(&address), sizeof(address)});
    };
    if (socket.sa_family == AF_INET)
        return bytes(reinterpret_cast<const sockaddr_in&>(socket).sin_addr);
    if (socket.sa_family == AF_INET6)
        return bytes(reinterpret_cast<const sockaddr_in6&>(socket).sin6_addr);
    return {};
}

}  // namespace

void log_exception(ngx_log_t* log, const std::exception& error, const char* consequence) noexcept {
    ngx_log_error(NGX_LOG_ERR, log, 0, "helpdesk: %s; %s", error.what(), consequence);
}

ngx_int_t handle_request(ngx_http_request_t* r) noexcept {
    try {
        context(r).begin = std::chrono::steady_clock::now();
        return handle(r);
    } catch (const std::exception& error) {
        log_exception(r->connection->log, error, client_gets_500);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}

void finish_request(ngx_http_request_t* r, Reply reply) noexcept {
    ngx_int_t rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
    try {
        rc = send(r, std::move(reply));
    } catch (const std::exception& error) {
        log_exception(r->connection->log, error, client_gets_500);
    }
    ngx_http_finalize_request(r, rc);
}

Caller caller_of(ngx_http_request_t* r) {
    const LocationConf& conf = location_conf(r);
    if (!conf.is_api())
        return {};
    const RequestContext* ctx = find_context(r);
    return ctx != nullptr && ctx->caller ? *ctx->caller : identify_entitled(conf.settings, read_head(r));
}

RequestContext& context(ngx_http_request_t* r) {
    if (find_context(r) == nullptr)
        ngx_http_set_ctx(r, make<RequestContext>(r->pool), ngx_http_helpdesk_module);
    return *find_context(r);
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

void keep_numbers(ngx_http_request_t* r, const Reply& reply) {
    RequestContext& ctx = context(r);
    ctx.outcome = reply.outcome;
    ctx.times = reply.times;
    ctx.rows = reply.rows;
}

const Text& prepare_response(ngx_http_request_t* r, Reply reply) {
    keep_numbers(r, reply);
    r->headers_out.status = static_cast<ngx_uint_t>(reply.status);
    r->headers_out.status_line.len = 0;
    r->headers_out.content_type = copy(r->pool, reply.content_type);
    // Without its charset, as gzip_types and its like expect.
    r->headers_out.content_type_len = reply.content_type.substr(0, reply.content_type.find(';')).size();
    if (r->headers_out.content_type_len != r->headers_out.content_type.len)
        r->headers_out.charset = ngx_string("utf-8");
    r->headers_out.content_type_lowcase = nullptr;
    r->headers_out.content_length_n = 0;
    for (const std::string& piece : reply.body)
        r->headers_out.content_length_n += static_cast<off_t>(piece.size());
    // If-Match is for the core, and the like are for caches: what was done must not be answered with 304 or
    // 412.
    r->disable_not_modified = 1;
    add_header(r, "Cache-Control", "no-store");
    // Answers carry what customers wrote: no browser must take them for a page or a script.
    add_header(r, "X-Content-Type-Options", "nosniff");
    add_header(r, "X-Request-ID", request_id(r));
    for (const auto& [name, value] : reply.headers)
        add_header(r, name, value);
    return *make<Text>(r->pool, std::move(reply.body));
}

ngx_int_t expect_no_body(ngx_http_request_t* r) noexcept {
    if (r->method != NGX_HTTP_GET && r->method != NGX_HTTP_HEAD)
        return NGX_HTTP_NOT_ALLOWED;
    return ngx_http_discard_request_body(r);
}

ngx_int_t send_document(ngx_http_request_t* r, std::string_view content_type,
                        std::string_view text) noexcept {
    const ngx_int_t rc = expect_no_body(r);
    if (rc != NGX_OK)
        return rc;
    // nginx only reads them.
    const auto borrowed = [](std::string_view bytes) {
        return ngx_str_t{bytes.size(), reinterpret_cast<u_char*>(const_cast<char*>(bytes.data()))};
    };
    ngx_str_t type = borrowed(content_type);
    ngx_http_complex_value_t body{};
    body.value = borrowed(text);
    return ngx_http_send_response(r, NGX_HTTP_OK, &type, &body);
}

void consume(ngx_chain_t* in) noexcept {
    for (ngx_chain_t* link = in; link != nullptr; link = link->next) {
        link->buf->pos = link->buf->last;
        link->buf->file_pos = link->buf->file_last;
    }
}

Request read_head(ngx_http_request_t* r) {
    Request request{.variables = {}, .api_key = {}, .authorization = {}, .accept = {}};
    read_headers(headers_of(r), request);
    decode_form(view(r->args), request.variables);
    request.key_in_url = !request.variables.get(key_variable).empty();
    request.address = address_of(*r->connection->sockaddr);
    return request;
}

}  // namespace helpdesk::ngx
