#include "task.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "geocoder.hpp"
#include "handler.hpp"
#include "pause.hpp"
#include "stream.hpp"

namespace helpdesk::ngx {
namespace {

using Stage = Call::Stage;

// Requests that go to a thread together. While it is out, the thread owns `calls`, the worker all the rest;
// each request is held by its count and by `blocked`, so that nginx keeps it even when the client is gone.
struct Batch {
    ngx_thread_task_t task{};  // first: nginx's debug log reads the event's data as a connection
    Stage stage{};
    const LocationConf* conf = nullptr;
    Queue* queue = nullptr;  // that the calls gathered in, or null
    std::vector<std::unique_ptr<Call>> calls;
    std::vector<ngx_http_request_t*> requests;  // requests[i] waits for calls[i]
    std::function<void(Call&)> done;            // takes the only call instead, if it goes apart
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

// Hands the batch to its thread pool, from where it comes back to finish(). False when no thread can take it:
// its calls have failed.
bool post(Batch& batch) {
    ngx_thread_pool_t* pool =
        batch.stage == Stage::hash ? batch.conf->hash_thread_pool : batch.conf->thread_pool;
    batch.task.handler = run;
    batch.task.event.handler = finish;
    batch.task.event.data = &batch;
    batch.task.event.log = ngx_cycle->log;
    batch.task.ctx = &batch;
    if (ngx_thread_task_post(pool, &batch.task) != NGX_OK) {
        for (const auto& call : batch.calls)
            call->fail(problem_of_status(NGX_HTTP_SERVICE_UNAVAILABLE));
        return false;
    }
    if (batch.queue != nullptr)
        batch.queue->tasks++;
    ngx_add_timer(&batch.task.event, long_task);
    return true;
}

// With the threads' work done: to the next stage, or to the clients.
void finish_calls(Batch& batch) noexcept {
    for (std::size_t i = 0; i < batch.calls.size(); ++i) {
        ngx_http_request_t* r = batch.requests[i];
        std::unique_ptr<Call>& call = batch.calls[i];
        resume(r, [&] { continue_call(r, *batch.conf, std::move(call)); });
    }
}

// The same task takes a call apart from stage to stage.
void go_on_apart(std::unique_ptr<Batch> batch) noexcept {
    Call& call = *batch->calls.front();
    batch->stage = call.stage();
    if (batch->stage != Stage::done && post(*batch))
        static_cast<void>(batch.release());
    else
        batch->done(call);
}

void finish(ngx_event_t* event) noexcept {
    if (event->timedout) {
        ngx_log_error(
            NGX_LOG_WARN, event->log, 0,
            "helpdesk: a task has been in its thread for over a minute; its client waits on; look for "
            "what the database waits for, or lower read_timeout");
        event->timedout = 0;
        return ngx_add_timer(event, long_task);
    }
    std::unique_ptr<Batch> batch(static_cast<Batch*>(event->data));
    ngx_del_timer(event);
    if (batch->done)
        return go_on_apart(std::move(batch));
    if (Queue* queue = batch->queue) {
        queue->tasks--;
        if (!queue->waiting.empty()) {
            ngx_post_event(&queue->event, &ngx_posted_events);
        }
    }
    finish_calls(*batch);
}

std::unique_ptr<Batch> make_batch(const LocationConf& conf, Stage stage) {
    auto batch = std::make_unique<Batch>();
    batch->stage = stage;
    batch->conf = &conf;
    return batch;
}

// Takes those who waited longest.
std::unique_ptr<Batch> take_batch(Queue& queue) {
    auto batch = make_batch(*queue.conf, Stage::database);
    batch->queue = &queue;
    const std::size_t count = std::min(queue.waiting.size(), most_grouped);
    batch->calls.reserve(count);
    batch->requests.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        batch->calls.push_back(std::move(queue.waiting[i].call));
        batch->requests.push_back(queue.waiting[i].request);
    }
    queue.waiting.erase(queue.waiting.begin(), queue.waiting.begin() + static_cast<std::ptrdiff_t>(count));
    return batch;
}

void dispatch(ngx_event_t* event) noexcept {
    auto& queue = *static_cast<Queue*>(event->data);
    const bool waited = event->timedout;
    event->timedout = 0;
    try {
        while (!queue.waiting.empty() && (waited || queue.tasks < queue.most_tasks)) {
            auto batch = take_batch(queue);
            if (post(*batch))
                static_cast<void>(batch.release());
            else
                finish_calls(*batch);
        }
    } catch (const std::exception& error) {
        // Out of memory: they stay, and the timer tries again.
        log_exception(event->log, error, "the calls wait, and are tried again in some milliseconds");
    }
    if (!queue.waiting.empty() && !event->timer_set)
        ngx_add_timer(event, queue.longest_wait);
    else if (queue.waiting.empty() && event->timer_set)
        ngx_del_timer(event);
}

void gather(ngx_http_request_t* r, const LocationConf& conf, Queue& queue, std::unique_ptr<Call> call) {
    queue.waiting.push_back({std::move(call), r});
    r->main->blocked++;
    queue.conf = &conf;
    queue.event.handler = dispatch;
    queue.event.data = &queue;
    queue.event.log = ngx_cycle->log;
    // After all events that came with this one, so that their requests go together.
    ngx_post_event(&queue.event, &ngx_posted_events);
}

// Health checks of all locations of a database gather in one queue of the worker: a database that hangs holds
// one thread, however many ask for its health.
Queue& health_checks_of(const LocationConf& conf) {
    static std::map<const DatabaseSettings*, Queue> all;
    return all.try_emplace(conf.settings.database, Queue{.most_tasks = 1, .longest_wait = 60'000})
        .first->second;
}

Queue& queue_of(const LocationConf& conf, Call::Sharing sharing) {
    switch (sharing) {
        case Call::Sharing::read:
            return conf.reads;
        case Call::Sharing::write:
            return conf.writes;
        default:
            return health_checks_of(conf);
    }
}

void answer(ngx_http_request_t* r, Call& call) {
    if (is_streaming(r))
        break_off(r, call.reply());
    else
        finish_request(r, call.reply());
}

}  // namespace

void continue_call(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call) {
    if (call->stage() == Stage::send)
        send_part(r, conf, std::move(call));
    else if (call->stage() == Stage::pause)
        pause(r, conf, std::move(call));
    else if (call->stage() == Stage::done)
        answer(r, *call);
    else
        run_on_threads(r, conf, std::move(call));
}

void run_on_threads(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call) {
    if (call->stage() == Stage::locate)
        return look_up(r, conf, std::move(call));
    const Call::Sharing sharing = call->stage() == Stage::database ? call->sharing() : Call::Sharing::none;
    if (sharing != Call::Sharing::none)
        return gather(r, conf, queue_of(conf, sharing), std::move(call));
    auto batch = make_batch(conf, call->stage());
    batch->calls.push_back(std::move(call));
    batch->requests.push_back(r);
    if (!post(*batch))
        return answer(r, *batch->calls.front());
    static_cast<void>(batch.release());
    r->main->blocked++;
}

void run_apart(const LocationConf& conf, std::unique_ptr<Call> call, std::function<void(Call&)> done) {
    auto batch = make_batch(conf, call->stage());
    batch->calls.push_back(std::move(call));
    batch->done = std::move(done);
    go_on_apart(std::move(batch));
}

}  // namespace helpdesk::ngx
