#include "stream.hpp"

#include <string>

#include "buffers.hpp"
#include "context.hpp"
#include "failure.hpp"
#include "response.hpp"

namespace helpdesk::ngx {

// Lives in the request's pool. While a part is being sent, the call is here, and with it the part's text.
struct Stream {
    Stream(const LocationConf& location, NextStep step) : conf(location), next(step) {}

    const LocationConf& conf;
    const NextStep next;
    std::unique_ptr<Call> call;
    Buffers buffers;
};

namespace {

// Sends the headers. Returns what nginx returns.
ngx_int_t send_headers(ngx_http_request_t* r, Reply reply) {
    prepare_response(r, std::move(reply));
    r->headers_out.content_length_n = -1;
    return ngx_http_send_header(r);
}

ngx_int_t output(ngx_http_request_t* r, Stream& stream) {
    return ngx_http_output_filter(r,
                                  stream.buffers.hold(r, stream.call->part(), stream.call->is_last_part()));
}

bool is_sent(const ngx_http_request_t* r) {
    return r->buffered == 0 && r->postponed == nullptr && r->connection->buffered == 0;
}

void after_output(ngx_http_request_t* r, Stream& stream, ngx_int_t rc);

// Does what nginx's own ngx_http_writer does, and then goes on with the stream.
void on_writable(ngx_http_request_t* r) noexcept {
    ngx_connection_t* connection = r->connection;
    if (connection->write->timedout) {
        ngx_log_error(NGX_LOG_INFO, connection->log, NGX_ETIMEDOUT, "client timed out");
        connection->timedout = 1;
        return ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
    }
    const ngx_int_t rc = connection->write->delayed ? NGX_AGAIN : ngx_http_output_filter(r, nullptr);
    run_or_end(r, [&] { after_output(r, *context(r).stream, rc); });
}

// Waits until the client has taken the part, and then lets the call make the next one. After the last part,
// ends the request.
void after_output(ngx_http_request_t* r, Stream& stream, ngx_int_t rc) {
    ngx_connection_t* connection = r->connection;
    ngx_event_t* event = connection->write;
    if (rc == NGX_ERROR)
        return ngx_http_finalize_request(r, rc);
    // nginx sends the rest of the last part by itself.
    if (stream.call->is_last_part()) {
        keep_outcome(r, stream.call->reply());
        return ngx_http_finalize_request(r, rc);
    }
    if (event->delayed || !is_sent(r)) {
        const auto* core =
            static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r, ngx_http_core_module));
        r->write_event_handler = on_writable;
        // A part of a subrequest waits for what comes before it in the page, not for the client. nginx calls
        // the handler when its turn has come.
        if (connection->data != r)
            return;
        if (!event->delayed)
            ngx_add_timer(event, core->send_timeout);
        if (ngx_handle_write_event(event, core->send_lowat) != NGX_OK)
            ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }
    if (event->timer_set)
        ngx_del_timer(event);
    r->write_event_handler = ngx_http_request_empty_handler;
    stream.call->sent();
    stream.next(r, stream.conf, std::move(stream.call));
}

}  // namespace

bool is_streaming(ngx_http_request_t* r) {
    const RequestContext* ctx = find_context(r);
    return ctx != nullptr && ctx->stream != nullptr;
}

void send_part(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call, NextStep next) {
    if (!is_streaming(r)) {
        const ngx_int_t rc = send_headers(r, call->reply());
        if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
            return ngx_http_finalize_request(r, rc);
        context(r).stream = make<Stream>(r->pool, conf, next);
    }
    Stream& stream = *context(r).stream;
    stream.call = std::move(call);
    after_output(r, stream, output(r, stream));
}

void abort_answer(ngx_http_request_t* r, const Reply& reply) {
    const std::string line =
        "the answer was broken off after " + std::to_string(reply.rows) + " records: " + reply.log;
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "helpdesk: %*s; its client sees that it is incomplete",
                  line.size(), line.data());
    keep_outcome(r, reply);
    ngx_http_finalize_request(r, NGX_ERROR);
}

}  // namespace helpdesk::ngx
