// What stands for nginx in the tests of the queues before its thread pools: a pool whose threads work when a
// test says so, and a clock that a test sets.
#pragma once

#include <deque>

#include "worker_queue.hpp"

namespace helpdesk::ngx {

class FakeNginx {
  public:
    // Begins with no event, and no task that is out.
    explicit FakeNginx(PoolSize size);

    // Returns a pool of the size, of which no queue knows yet.
    ngx_thread_pool_t* pool();

    // Runs the events that were posted, as nginx does after each turn of its loop.
    static void run_posted();
    static void pass(ngx_msec_t time);

    // The tasks that were posted to any pool and are not done.
    static std::deque<ngx_thread_task_t*>& tasks();
    // Lets a thread do the task that was posted first, and the worker take it back.
    static void finish_task();
};

}  // namespace helpdesk::ngx
