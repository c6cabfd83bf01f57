// The pause has a count on the request but does not hold it with `blocked`. If the request ends early, with
// its client or its worker, the pause ends too.
#include "pause.hpp"

#include <stdexcept>

#include "failure.hpp"

namespace helpdesk::ngx {
namespace {

// Lives in the request's pool.
struct Pause {
    ngx_event_t event{};  // first: nginx's debug log reads the event's data as a connection
    ngx_http_request_t* request = nullptr;
    const LocationConf* conf = nullptr;
    std::unique_ptr<Call> call;
    NextStep next = nullptr;

    Pause() = default;
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    ~Pause() {
        if (event.timer_set)
            ngx_del_timer(&event);
    }
};

// Lets nginx notice when the client closes its connection, as limit_req does. Does nothing while nginx still
// reads a body in order to discard it.
void watch_client(ngx_http_request_t* r) {
    if (r->read_event_handler != ngx_http_block_reading)
        return;
    r->read_event_handler = ngx_http_test_reading;
    ngx_event_t* event = r->connection->read;
    // The client may have closed it already. The braces are for a macro of several statements.
    if (event->ready) {
        ngx_post_event(event, &ngx_posted_events);
    } else if (ngx_handle_read_event(event, 0) != NGX_OK) {
        throw std::runtime_error("the client's connection could not be watched");
    }
}

void on_pause_over(ngx_event_t* event) noexcept {
    auto& pause = *static_cast<Pause*>(event->data);
    ngx_http_request_t* r = pause.request;
    ngx_connection_t* connection = r->connection;
    ngx_http_set_log_request(connection->log, r);
    run_or_end(r, [&] {
        if (r->read_event_handler == ngx_http_test_reading)
            r->read_event_handler = ngx_http_block_reading;
        // The client has gone, but a thread that works on another part of the request keeps it alive.
        if (r->done || connection->error)
            return ngx_http_finalize_request(r, NGX_ERROR);
        pause.call->end_pause();
        pause.next(r, *pause.conf, std::move(pause.call));
    });
    ngx_http_run_posted_requests(connection);
}

}  // namespace

void pause(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call, NextStep next) {
    auto& pause = *make<Pause>(r->pool);
    pause.request = r;
    pause.conf = &conf;
    pause.call = std::move(call);
    pause.next = next;
    pause.event.handler = on_pause_over;
    pause.event.data = &pause;
    pause.event.log = ngx_cycle->log;
    watch_client(r);
    // The timer also keeps a worker that is stopping.
    const auto time = std::chrono::ceil<std::chrono::milliseconds>(pause.call->pause());
    ngx_add_timer(&pause.event, static_cast<ngx_msec_t>(time.count()));
}

}  // namespace helpdesk::ngx
