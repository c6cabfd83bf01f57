// Where requests that can share statements, or an answer, gather in the worker.
#pragma once

#include <memory>
#include <vector>

#include "call.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

struct LocationConf;

struct Waiting {
    std::unique_ptr<Call> call;
    ngx_http_request_t* request;
};

// While tasks of the queue are out, requests gather; the next task takes them together. `event` is posted
// when there may be something to hand over, and its timer bounds the waiting.
struct Queue {
    ngx_event_t event{};  // first: nginx's debug log reads the event's data as a connection
    const LocationConf* conf = nullptr;
    std::vector<Waiting> waiting{};
    ngx_uint_t tasks = 0;  // out at a thread
    // As many are out at once: one at the database while the next is on its way.
    ngx_uint_t most_tasks = 2;
    // Unless the database is slow: nobody waits longer than this for company.
    ngx_msec_t longest_wait = 10;
};

}  // namespace helpdesk::ngx
