#include "idle.hpp"

#include "db/database.h"

namespace helpdesk::ngx {
namespace {

constexpr ngx_msec_t between_looks = 1000;

// There is one for the worker, because all its pools share the connections.
struct Watch {
    ngx_event_t timer{};  // first: nginx's debug log reads an event's data as a connection
    ngx_thread_task_t task{};
    WorkerQueue* queue = nullptr;
    bool is_out = false;          // whether the task is in a thread
    bool others_are_idle = true;  // the thread's, while the task is there
};

Watch watch;

void start_timer() {
    ngx_add_timer(&watch.timer, between_looks);
}

void look(void* /*data*/, ngx_log_t* /*log*/) noexcept {
    watch.others_are_idle = close_overdue_connections();
}

void on_look_done(ngx_event_t* /*event*/) noexcept {
    watch.is_out = false;
    watch.queue->end_errand();
    if (watch.others_are_idle)
        start_timer();
}

void on_timer(ngx_event_t* /*event*/) noexcept {
    watch.task.handler = look;
    watch.task.event.handler = on_look_done;
    watch.task.event.data = &watch;
    watch.task.event.log = ngx_cycle->log;
    watch.is_out = watch.queue->run_errand(watch.task);
    if (!watch.is_out)
        start_timer();
}

}  // namespace

void watch_idle_connections(WorkerQueue& queue) noexcept {
    if (watch.timer.timer_set || watch.is_out)
        return;
    watch.queue = &queue;
    watch.timer.handler = on_timer;
    watch.timer.data = &watch;
    watch.timer.log = ngx_cycle->log;
    watch.timer.cancelable = 1;  // a worker that stops does not wait for it
    start_timer();
}

}  // namespace helpdesk::ngx
