#include "queue/fake_nginx.h"

#include <array>

#include "failure.hpp"
#include "hold.hpp"

namespace {

ngx_log_t quiet_log{};
ngx_cycle_t cycle{};
std::deque<ngx_thread_task_t*> posted;
helpdesk::ngx::PoolSize pool_size{};

}  // namespace

extern "C" {

volatile ngx_cycle_t* ngx_cycle = &cycle;
volatile ngx_msec_t ngx_current_msec = 1'000'000;
ngx_uint_t ngx_exiting = 0;
ngx_queue_t ngx_posted_events;
ngx_rbtree_t ngx_event_timer_rbtree;

// No timer fires.
void ngx_rbtree_insert(ngx_rbtree_t* /*tree*/, ngx_rbtree_node_t* /*node*/) {}
void ngx_rbtree_delete(ngx_rbtree_t* /*tree*/, ngx_rbtree_node_t* /*node*/) {}
void ngx_log_error_core(ngx_uint_t /*level*/, ngx_log_t* /*log*/, ngx_err_t /*error*/, const char* /*format*/,
                        ...) {}

ngx_int_t ngx_thread_task_post(ngx_thread_pool_t* /*pool*/, ngx_thread_task_t* task) {
    posted.push_back(task);
    return NGX_OK;
}

}  // extern "C"

namespace helpdesk::ngx {

PoolSize size_of(const ngx_thread_pool_t* /*pool*/) {
    return pool_size;
}

bool client_has_gone(ngx_http_request_t* /*r*/) {
    return false;
}

void log_exception(ngx_log_t* /*log*/, const std::exception& /*error*/,
                   const char* /*consequence*/) noexcept {}

FakeNginx::FakeNginx(PoolSize size) {
    cycle.log = &quiet_log;
    ngx_queue_init(&ngx_posted_events);
    posted.clear();
    pool_size = size;
}

ngx_thread_pool_t* FakeNginx::pool() {
    static std::deque<char> all;
    return reinterpret_cast<ngx_thread_pool_t*>(&all.emplace_back());
}

void FakeNginx::run_posted() {
    while (!ngx_queue_empty(&ngx_posted_events)) {
        ngx_event_t* event = ngx_queue_data(ngx_queue_head(&ngx_posted_events), ngx_event_t, queue);
        ngx_delete_posted_event(event);
        event->handler(event);
    }
}

void FakeNginx::pass(ngx_msec_t time) {
    ngx_current_msec = ngx_current_msec + time;
}

std::deque<ngx_thread_task_t*>& FakeNginx::tasks() {
    return posted;
}

void FakeNginx::finish_task() {
    ngx_thread_task_t* task = posted.front();
    posted.pop_front();
    task->handler(task->ctx, &quiet_log);
    task->event.handler(&task->event);
}

}  // namespace helpdesk::ngx
