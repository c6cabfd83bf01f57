// Holding a request while something outside the event loop works for it.
#pragma once

#include "failure.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Keeps nginx from freeing the request, even when its client has gone. A hold is for one piece of work, and
// is not the count on the request, which its owner has besides.
//
// nginx counts the holds of a request and all its subrequests in eight bits. Returns false when it cannot
// count one more, and then nothing is held.
inline bool hold(ngx_http_request_t* r) {
    constexpr unsigned most_holds = 255;
    if (r->main->blocked == most_holds)
        return false;
    r->main->blocked++;
    return true;
}

// Ends a hold. The request is still there as long as its owner's count is.
inline void release(ngx_http_request_t* r) {
    r->main->blocked--;
}

// Returns whether a lost client or worker_shutdown_timeout has terminated the request. nginx only waits until
// nothing holds it.
inline bool is_terminated(const ngx_http_request_t* r) {
    return r->done || r->connection->error;
}

// Ends a hold in the worker and runs the next step of the request. The step gives up the owner's count.
template <typename Step>
void resume(ngx_http_request_t* r, Step step) noexcept {
    ngx_connection_t* connection = r->connection;
    ngx_http_set_log_request(connection->log, r);
    release(r);
    run_or_end(r, [&] {
        if (is_terminated(r))
            return ngx_http_finalize_request(r, NGX_ERROR);
        // nginx lets a subrequest set the timer for the client although it only waits for its turn after this
        // request. Had anybody waited for the client when the timer fired, the request would have ended.
        connection->write->timedout = 0;
        step();
    });
    ngx_http_run_posted_requests(connection);
}

// Returns whether the client can be seen to have gone, without reading what it sent. nginx does not tell a
// module while the request waits.
bool client_has_gone(ngx_http_request_t* r);

}  // namespace helpdesk::ngx
