#include "task.hpp"

#include <map>

#include "geocoder.hpp"
#include "handler.hpp"
#include "pause.hpp"
#include "stream.hpp"
#include "worker_queue.hpp"

namespace helpdesk::ngx {
namespace {

using Stage = Call::Stage;

// Checks of a database's health hold one thread, however many locations are asked: they go to the pool of the
// first.
ngx_thread_pool_t* pool_of_health_checks(const LocationConf& conf) {
    static std::map<const DatabaseSettings*, ngx_thread_pool_t*> pools;
    return pools.try_emplace(conf.settings.database, conf.thread_pool).first->second;
}

WorkerQueue& queue_for(const LocationConf& conf, const Call& call) {
    if (call.stage() == Stage::hash)
        return WorkerQueue::before(conf.hash_thread_pool);
    return WorkerQueue::before(call.sharing() == Call::Sharing::health ? pool_of_health_checks(conf)
                                                                       : conf.thread_pool);
}

void end_without_client(Job& job) {
    if (job.call->is_import()) {
        const std::string_view text = job.call->failure();
        ngx_log_error(NGX_LOG_WARN, job.request->connection->log, 0,
                      "helpdesk: the client of an import has gone: %*s", text.size(), text.data());
    }
    ngx_http_finalize_request(job.request, NGX_HTTP_CLIENT_CLOSED_REQUEST);
}

// With the thread's work done: to the next stage, or to the client.
void finish_for_request(Job& job) noexcept {
    ngx_http_request_t* r = job.request;
    resume(r, [&] {
        if (job.dropped)
            end_without_client(job);
        else
            continue_call(r, *job.conf, std::move(job.call));
    });
}

void refuse(Call& call) {
    call.fail(problem_of_status(NGX_HTTP_SERVICE_UNAVAILABLE));
}

// Gives the job to the queue, and holds its request for it. False when there is no room; then the job is
// untouched.
bool add_held(WorkerQueue& queue, Job& job) {
    ngx_http_request_t* r = job.request;
    if (!hold(r))
        return false;
    try {
        if (queue.add(job))
            return true;
    } catch (...) {
        release(r);
        throw;
    }
    release(r);
    return false;
}

void answer(ngx_http_request_t* r, Call& call) {
    if (is_streaming(r))
        break_off(r, call.reply());
    else
        finish_request(r, call.reply());
}

void finish_apart(Job& job) noexcept;

// To the next stage, or to the end.
void go_on_apart(Job& job) {
    job.finish = finish_apart;
    if (job.call->stage() != Stage::done) {
        if (queue_for(*job.conf, *job.call).add(job))
            return;
        refuse(*job.call);
    }
    job.done(*job.call);
}

void finish_apart(Job& job) noexcept {
    try {
        go_on_apart(job);
    } catch (const std::exception& error) {
        log_exception(ngx_cycle->log, error, client_gets_500);
        refuse(*job.call);
        job.done(*job.call);
    }
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
    WorkerQueue& queue = queue_for(conf, *call);
    Job job{.call = std::move(call), .conf = &conf, .finish = finish_for_request, .request = r};
    if (add_held(queue, job))
        return;
    refuse(*job.call);
    answer(r, *job.call);
}

bool run_on_thread(ngx_http_request_t* r, const LocationConf& conf, std::function<void()> work,
                   std::function<void()> done) {
    auto finish = [done = std::move(done)](Job& job) noexcept {
        ngx_http_request_t* r = job.request;
        const bool dropped = job.dropped;
        resume(r, [&] { dropped ? ngx_http_finalize_request(r, NGX_HTTP_CLIENT_CLOSED_REQUEST) : done(); });
    };
    Job job{.conf = &conf, .finish = std::move(finish), .request = r, .work = std::move(work)};
    return add_held(WorkerQueue::before(conf.thread_pool), job);
}

void run_apart(const LocationConf& conf, std::unique_ptr<Call> call, std::function<bool()> is_wanted,
               std::function<void(Call&)> done) {
    Job job{
        .call = std::move(call), .conf = &conf, .done = std::move(done), .is_wanted = std::move(is_wanted)};
    go_on_apart(job);
}

}  // namespace helpdesk::ngx
