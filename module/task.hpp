// Calls on their way through threads: every call goes through the database pool, one with a password through
// the hash pool before or after, then back to the worker.
#pragma once

#include <functional>
#include <memory>

#include "call/call.h"
#include "config.hpp"
#include "handler.hpp"
#include "hold.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Carries the call out and answers the request with it. Takes over the one count that the caller holds on the
// request, which stays as it is until then.
// Or asks the geocoder first, where that is what comes next.
void run_on_threads(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call);

// The same for a call that may be done: then its answer is sent.
void continue_call(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call);

// Does work on the request in a thread of the database pool, one such work at a time, and goes on with `done`
// in the worker. The caller's count on the request is kept for `done`, which takes it over; both run as long
// as the request is held. False when there is no room, and then nothing is done. Throws std::bad_alloc, with
// nothing done.
bool run_on_thread(ngx_http_request_t* r, const LocationConf& conf, std::function<void()> work,
                   std::function<void()> done);

// Carries out a call that is no one request's, and gives it to `done` in the worker, perhaps at once. While
// nobody wants it any more, as `is_wanted` says, it may fail before a thread takes it. Neither must throw.
// Throws std::bad_alloc, with nothing done.
void run_apart(const LocationConf& conf, std::unique_ptr<Call> call, std::function<bool()> is_wanted,
               std::function<void(Call&)> done);

// Goes on, in the worker, with a request that was held while it waited: `go_on` gives up the count.
template <typename GoOn>
void resume(ngx_http_request_t* r, GoOn go_on) noexcept {
    ngx_connection_t* connection = r->connection;
    ngx_http_set_log_request(connection->log, r);
    release(r);
    go_on_or_fail(r, [&] {
        // Terminated meanwhile, by a lost client or worker_shutdown_timeout: nginx only waited for `blocked`
        // and ends the request now.
        if (r->done || connection->error)
            ngx_http_finalize_request(r, NGX_ERROR);
        else
            go_on();
    });
    ngx_http_run_posted_requests(connection);
}

}  // namespace helpdesk::ngx
