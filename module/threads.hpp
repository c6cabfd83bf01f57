// Work that goes to a thread and comes back to the worker.
#pragma once

#include <functional>
#include <memory>

#include "call/call.h"
#include "location_conf.hpp"
#include "next_step.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Does the call's stage in a thread: `hash` in the hash pool, `database` in the database pool. Then hands the
// call to `next` in the worker, at once and failed if there is no room. Takes over the one count that the
// caller holds on the request, which stays as it is until then. Throws std::bad_alloc, with nothing done.
void run_in_thread(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call,
                   NextStep next);

// Reads a request's body in a thread of the database pool. `read` must not throw.
struct BodyWork {
    std::function<void()> read;
    // Called in the worker, with false if nothing was read, because there is no room or no thread took the
    // work in time. Takes over the caller's count on the request.
    std::function<void(bool is_read)> done;
    bool is_strangers = false;  // the request has shown no key yet
};

// Does the work. Both functions run as long as the request is held. Throws std::bad_alloc, with nothing done.
void run_in_thread(ngx_http_request_t* r, const LocationConf& conf, BodyWork work);

// Carries out a call that belongs to no single request, through all its stages, and gives it to `done` in the
// worker, perhaps at once. While `is_wanted` returns false, the call may fail before a thread takes it.
// Neither function may throw. Throws std::bad_alloc, with nothing done.
void run_apart(const LocationConf& conf, std::unique_ptr<Call> call, std::function<bool()> is_wanted,
               std::function<void(Call&)> done);

}  // namespace helpdesk::ngx
