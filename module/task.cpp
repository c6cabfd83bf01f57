#include "task.hpp"

#include <vector>

#include "handler.hpp"

namespace helpdesk::ngx {
namespace {

using Stage = Call::Stage;

// Requests that go to a thread together. While it is out, the thread owns `calls`, the worker all the rest;
// each request is held by its count and by `blocked`, so that nginx keeps it even when the client is gone.
struct Batch {
    ngx_thread_task_t task{};  // first: nginx's debug log reads the event's data as a connection
    Stage stage{};
    const LocationConf* conf = nullptr;
    std::vector<std::unique_ptr<Call>> calls;
    std::vector<ngx_http_request_t*> requests;  // requests[i] waits for calls[i]
};

// nginx 1.22 lets a stopping worker go as soon as no timer is left, whatever its threads do.
constexpr ngx_msec_t long_task = 60'000;

void run(void* data, ngx_log_t* /*log*/) noexcept {
    auto& batch = *static_cast<Batch*>(data);
    if (batch.stage == Stage::database)
        return Call::execute(batch.calls);
    for (const auto& call : batch.calls)
        call->hash();
}

void finish(ngx_event_t* event) noexcept;

// The batch is now nginx's, or, when no thread can take it, answered as overloaded.
void post(std::unique_ptr<Batch> batch) {
    ngx_thread_pool_t* pool =
        batch->stage == Stage::hash ? batch->conf->hash_thread_pool : batch->conf->thread_pool;
    Batch* out = batch.get();
    out->task.handler = run;
    out->task.event.handler = finish;
    out->task.event.data = out;
    out->task.event.log = ngx_cycle->log;
    out->task.ctx = out;
    if (ngx_thread_task_post(pool, &out->task) != NGX_OK) {
        for (std::size_t i = 0; i < batch->calls.size(); ++i) {
            batch->calls[i]->fail(problem_of_status(NGX_HTTP_SERVICE_UNAVAILABLE));
            finish_request(batch->requests[i], batch->calls[i]->reply());
        }
        return;
    }
    for (ngx_http_request_t* r : out->requests)
        r->main->blocked++;
    ngx_add_timer(&out->task.event, long_task);
    static_cast<void>(batch.release());
}

// Back in the worker, with the thread's work done: to the next stage, or to the client.
void finish_call(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call) {
    ngx_connection_t* connection = r->connection;
    ngx_http_set_log_request(connection->log, r);
    r->main->blocked--;
    // Terminated while the task was out, by a lost client or worker_shutdown_timeout: nginx only waited for
    // `blocked` and ends the request now.
    if (r->done || connection->error)
        ngx_http_finalize_request(r, NGX_ERROR);
    else if (call->stage() != Stage::done)
        run_on_threads(r, conf, std::move(call));
    else
        finish_request(r, call->reply());
    ngx_http_run_posted_requests(connection);
}

void finish(ngx_event_t* event) noexcept {
    if (event->timedout) {
        ngx_log_error(NGX_LOG_WARN, event->log, 0,
                      "helpdesk: a task has been in its thread for over a minute; its client waits on");
        event->timedout = 0;
        return ngx_add_timer(event, long_task);
    }
    const std::unique_ptr<Batch> batch(static_cast<Batch*>(event->data));
    ngx_del_timer(event);
    for (std::size_t i = 0; i < batch->calls.size(); ++i) {
        ngx_http_request_t* r = batch->requests[i];
        try {
            finish_call(r, *batch->conf, std::move(batch->calls[i]));
        } catch (const std::exception& error) {
            ngx_log_error(NGX_LOG_ERR, event->log, 0, "helpdesk: %s", error.what());
            ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        }
    }
}

}  // namespace

void run_on_threads(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call) {
    auto batch = std::make_unique<Batch>();
    batch->stage = call->stage();
    batch->conf = &conf;
    batch->calls.push_back(std::move(call));
    batch->requests.push_back(r);
    post(std::move(batch));
}

}  // namespace helpdesk::ngx
