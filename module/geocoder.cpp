// The subrequest runs in the background, beside the request that waits for it, and nginx keeps its answer in
// memory, as far as subrequest_output_buffer_size goes. The request holds a count of its own and is not
// `blocked`; when it ends early, with its client or its worker, so does the look-up, before anything was
// written.
#include "geocoder.hpp"

#include <algorithm>
#include <string>

#include "handler.hpp"
#include "task.hpp"

namespace helpdesk::ngx {
namespace {

ngx_http_output_body_filter_pt next_body_filter;

// In the request's pool, with which it ends.
struct LookUp {
    ngx_event_t event{};  // first: nginx's debug log reads the event's data as a connection
    ngx_http_request_t* request = nullptr;
    const LocationConf* conf = nullptr;
    std::unique_ptr<Call> call;
    ngx_http_request_t* subrequest = nullptr;
    ngx_http_post_subrequest_t end{};
    off_t length = 0;       // of the answer's body, as far as it came
    bool too_long = false;  // for nginx to keep it
    bool answered = false;
    GeocoderReply reply;

    LookUp() = default;
    LookUp(const LookUp&) = delete;
    LookUp& operator=(const LookUp&) = delete;
    ~LookUp() { stop_event(); }

    void stop_event() {
        if (event.timer_set)
            ngx_del_timer(&event);
        // A macro of several statements.
        if (event.posted) {
            ngx_delete_posted_event(&event);
        }
    }
};

// What isolate() needs memory for, made before there is a subrequest.
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

// Nothing of the client's request goes out, whatever the location passes on: neither headers nor body, and no
// variable that was made from them. Variables that the location makes stay out of the client's request, too.
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
    // An empty list, whose last part is its own.
    sr.headers_in.headers = made.headers;
    sr.headers_in.headers.last = &sr.headers_in.headers.part;
}

// Throws std::bad_alloc.
GeocoderReply read_answer(const LookUp& look_up, ngx_http_request_t* sr, ngx_int_t rc) {
    GeocoderReply reply;
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

// The subrequest's end, of which nginx may tell more than once. Its errors are not those of the client's
// request.
ngx_int_t take_answer(ngx_http_request_t* sr, void* data, ngx_int_t rc) noexcept {
    auto& look_up = *static_cast<LookUp*>(data);
    if (look_up.answered || look_up.call == nullptr)
        return NGX_OK;
    look_up.answered = true;
    try {
        look_up.reply = read_answer(look_up, sr, rc);
    } catch (const std::exception&) {
        look_up.reply.failure = "no memory";  // short enough to need none
    }
    ngx_post_event(&look_up.event, &ngx_posted_events);
    return NGX_OK;
}

// Where nginx has no room for more in memory it takes the client's connection for broken: it must not see it.
ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    if (r->post_subrequest == nullptr || r->post_subrequest->handler != take_answer)
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
    consume(in);
    return NGX_OK;
}

// Lets the geocoder's connection go, for which the client's would wait.
void abandon(ngx_http_request_t* sr) {
    if (sr->upstream != nullptr && sr->upstream->cleanup != nullptr)
        return (*sr->upstream->cleanup)(sr);
    // What blocks the request will wake it.
    if (sr->main->blocked != 0)
        return;
    // Else limit_req holds it up, and with it all that is written to the client.
    ngx_event_t* write = sr->connection->write;
    write->delayed = 0;
    if (write->timer_set)
        ngx_del_timer(write);
    ngx_http_finalize_request(sr, NGX_OK);
}

void carry_on(LookUp& look_up) {
    ngx_http_request_t* r = look_up.request;
    const std::string line = look_up.call->apply_geocoder_reply(look_up.reply);
    if (!line.empty())
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0, "helpdesk: %*s", line.size(), line.data());
    continue_call(r, *look_up.conf, std::move(look_up.call));
}

void finish(ngx_event_t* event) noexcept {
    auto& look_up = *static_cast<LookUp*>(event->data);
    ngx_http_request_t* r = look_up.request;
    ngx_connection_t* connection = r->connection;
    ngx_http_set_log_request(connection->log, r);
    event->timedout = 0;
    look_up.stop_event();
    go_on_or_fail(r, [&] {
        // First, so that whatever fails from here on, the subrequest no longer wakes a request that has
        // ended.
        if (!std::exchange(look_up.answered, true)) {
            abandon(look_up.subrequest);
            look_up.reply.failure =
                "no answer within " + std::to_string(look_up.conf->geocoder->timeout) + " ms";
        }
        carry_on(look_up);
    });
    ngx_http_run_posted_requests(connection);
}

}  // namespace

void install_geocoder_filter() {
    next_body_filter = std::exchange(ngx_http_top_body_filter, body_filter);
}

void look_up(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call) {
    auto& look_up = *make<LookUp>(r->pool);
    look_up.request = r;
    look_up.conf = &conf;
    look_up.call = std::move(call);
    look_up.end = {take_answer, &look_up};
    look_up.event.handler = finish;
    look_up.event.data = &look_up;
    look_up.event.log = ngx_cycle->log;
    ngx_str_t uri = copy(r->pool, conf.geocoder->location);
    ngx_str_t query = copy(r->pool, look_up.call->geocoder_query());
    const Isolation isolation = make_isolation(r);
    if (ngx_http_subrequest(r, &uri, &query, &look_up.subrequest, &look_up.end,
                            NGX_HTTP_SUBREQUEST_IN_MEMORY | NGX_HTTP_SUBREQUEST_BACKGROUND) != NGX_OK) {
        // Without memory to run it, nginx has counted one that never ends.
        if (look_up.subrequest != nullptr)
            --r->main->count;
        look_up.answered = true;
        look_up.reply.failure = "no subrequest could be made";
        return carry_on(look_up);
    }
    isolate(look_up.subrequest, isolation);
    // Also keeps a worker that is stopping.
    ngx_add_timer(&look_up.event, conf.geocoder->timeout);
}

}  // namespace helpdesk::ngx
