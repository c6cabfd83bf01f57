// The subrequest runs in the background while the request waits for it. nginx keeps its answer in memory, up
// to subrequest_output_buffer_size. The look-up has a count on the request but does not hold it with
// `blocked`. If the request ends early, with its client or its worker, the look-up ends too, before anything
// was written.
#include "geocoder.hpp"

#include <algorithm>
#include <string>

#include "buffers.hpp"
#include "failure.hpp"

namespace helpdesk::ngx {
namespace {

ngx_http_output_body_filter_pt next_body_filter;

// Lives in the request's pool.
struct LookUp {
    ngx_event_t event{};  // first: nginx's debug log reads the event's data as a connection
    ngx_http_request_t* request = nullptr;
    const LocationConf* conf = nullptr;
    std::unique_ptr<Call> call;
    NextStep next = nullptr;
    ngx_http_request_t* subrequest = nullptr;
    ngx_http_post_subrequest_t post{};
    off_t length = 0;        // of the answer's body, as far as it came
    bool too_long = false;   // more than nginx has room for
    bool has_ended = false;  // with an answer or without
    OutsideReply reply;

    LookUp() = default;
    LookUp(const LookUp&) = delete;
    LookUp& operator=(const LookUp&) = delete;
    ~LookUp() { stop_event(); }

    void stop_event() {
        if (event.timer_set)
            ngx_del_timer(&event);
        // The braces are for a macro of several statements.
        if (event.posted) {
            ngx_delete_posted_event(&event);
        }
    }
};

// The memory that isolate() needs. It is allocated before there is a subrequest.
struct Isolation {
    ngx_list_t headers{};
    ngx_http_variable_value_t* variables = nullptr;
};

// Throws std::bad_alloc.
Isolation make_isolation(ngx_http_request_t* r) {
    Isolation made;
    const auto* core =
        static_cast<ngx_http_core_main_conf_t*>(ngx_http_get_module_main_conf(r, ngx_http_core_module));
    made.variables = static_cast<ngx_http_variable_value_t*>(
        ngx_pcalloc(r->pool, core->variables.nelts * sizeof(ngx_http_variable_value_t)));
    if (made.variables == nullptr ||
        ngx_list_init(&made.headers, r->pool, 1, sizeof(ngx_table_elt_t)) != NGX_OK)
        throw std::bad_alloc();
    return made;
}

// Takes everything out of the subrequest that it has from the client's request: headers, body, and variables
// that were made from them. So nothing of it goes out, whatever the location passes on. Variables that the
// location makes stay out of the client's request as well.
void isolate(ngx_http_request_t* subrequest, const Isolation& made) noexcept {
    ngx_http_request_t& sr = *subrequest;
    ngx_memzero(&sr.headers_in, sizeof(sr.headers_in));
    sr.headers_in.content_length_n = -1;
    sr.headers_in.keep_alive_n = -1;
    sr.request_body = nullptr;
    sr.discard_body = 0;
    sr.request_line = {};
    sr.unparsed_uri = {};
    sr.variables = made.variables;
    // An empty list. Its last part is inside the list, so the copy needs a pointer of its own.
    sr.headers_in.headers = made.headers;
    sr.headers_in.headers.last = &sr.headers_in.headers.part;
}

// Throws std::bad_alloc.
OutsideReply read_answer(const LookUp& look_up, ngx_http_request_t* sr, ngx_int_t rc) {
    OutsideReply reply;
    if (look_up.too_long) {
        reply.failure = "its answer is longer than subrequest_output_buffer_size";
    } else if (rc == NGX_ERROR) {
        reply.failure = "its answer could not be read, the lines before say why";
    } else {
        reply.status = static_cast<int>(
            rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : static_cast<ngx_int_t>(sr->headers_out.status));
        if (sr->out != nullptr)
            reply.body = {reinterpret_cast<const char*>(sr->out->buf->pos),
                          static_cast<std::size_t>(sr->out->buf->last - sr->out->buf->pos)};
    }
    return reply;
}

// nginx calls this when the subrequest ends, perhaps more than once. The subrequest's errors are not those of
// the client's request.
ngx_int_t on_subrequest_end(ngx_http_request_t* sr, void* data, ngx_int_t rc) noexcept {
    auto& look_up = *static_cast<LookUp*>(data);
    if (look_up.has_ended || look_up.call == nullptr)
        return NGX_OK;
    look_up.has_ended = true;
    try {
        look_up.reply = read_answer(look_up, sr, rc);
    } catch (const std::exception&) {
        look_up.reply.failure = "no memory";  // short enough to need none
    }
    ngx_post_event(&look_up.event, &ngx_posted_events);
    return NGX_OK;
}

// Keeps answers from nginx that are too long for its memory. nginx would mark the client's connection as
// broken.
ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    if (r->post_subrequest == nullptr || r->post_subrequest->handler != on_subrequest_end)
        return next_body_filter(r, in);
    auto& look_up = *static_cast<LookUp*>(r->post_subrequest->data);
    const auto* core =
        static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r, ngx_http_core_module));
    const auto room = static_cast<off_t>(core->subrequest_output_buffer_size);
    for (const ngx_chain_t* link = in; link != nullptr; link = link->next)
        look_up.length += ngx_buf_size(link->buf);
    if (std::max(look_up.length, r->headers_out.content_length_n) <= room)
        return next_body_filter(r, in);
    look_up.too_long = true;
    discard(in);
    return NGX_OK;
}

// Ends the subrequest. Otherwise the response to the client would wait for the geocoder.
void cancel(ngx_http_request_t* sr) {
    if (sr->upstream != nullptr && sr->upstream->cleanup != nullptr)
        return (*sr->upstream->cleanup)(sr);
    // A thread holds the request, and wakes it when it is done.
    if (sr->main->blocked != 0)
        return;
    // Otherwise limit_req delays it, and with it all that is written to the client.
    ngx_event_t* write = sr->connection->write;
    write->delayed = 0;
    if (write->timer_set)
        ngx_del_timer(write);
    ngx_http_finalize_request(sr, NGX_OK);
}

void hand_on(LookUp& look_up) {
    ngx_http_request_t* r = look_up.request;
    const std::string line = look_up.call->apply_reply(look_up.reply);
    if (!line.empty())
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0, "helpdesk: %*s", line.size(), line.data());
    look_up.next(r, *look_up.conf, std::move(look_up.call));
}

void on_answer_or_timeout(ngx_event_t* event) noexcept {
    auto& look_up = *static_cast<LookUp*>(event->data);
    ngx_http_request_t* r = look_up.request;
    ngx_connection_t* connection = r->connection;
    ngx_http_set_log_request(connection->log, r);
    event->timedout = 0;
    look_up.stop_event();
    run_or_end(r, [&] {
        // The flag comes first: if something fails from here on, the request ends, and the subrequest must
        // not wake it.
        if (!std::exchange(look_up.has_ended, true)) {
            cancel(look_up.subrequest);
            look_up.reply.failure =
                "no answer within " + std::to_string(look_up.conf->geocoder.timeout) + " ms";
        }
        hand_on(look_up);
    });
    ngx_http_run_posted_requests(connection);
}

}  // namespace

void install_geocoder_filter() {
    next_body_filter = std::exchange(ngx_http_top_body_filter, body_filter);
}

void look_up(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call, NextStep next) {
    auto& look_up = *make<LookUp>(r->pool);
    look_up.request = r;
    look_up.conf = &conf;
    look_up.call = std::move(call);
    look_up.next = next;
    look_up.post = {on_subrequest_end, &look_up};
    look_up.event.handler = on_answer_or_timeout;
    look_up.event.data = &look_up;
    look_up.event.log = ngx_cycle->log;
    ngx_str_t uri = copy(r->pool, conf.geocoder.location);
    ngx_str_t query = copy(r->pool, look_up.call->query());
    const Isolation isolation = make_isolation(r);
    if (ngx_http_subrequest(r, &uri, &query, &look_up.subrequest, &look_up.post,
                            NGX_HTTP_SUBREQUEST_IN_MEMORY | NGX_HTTP_SUBREQUEST_BACKGROUND) != NGX_OK) {
        // If there is no memory to run the subrequest, nginx has counted it already, and it never ends.
        if (look_up.subrequest != nullptr)
            --r->main->count;
        look_up.has_ended = true;
        look_up.reply.failure = "no subrequest could be made";
        return hand_on(look_up);
    }
    isolate(look_up.subrequest, isolation);
    // The timer also keeps a worker that is stopping.
    ngx_add_timer(&look_up.event, conf.geocoder.timeout);
}

}  // namespace helpdesk::ngx
