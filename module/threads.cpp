#include "threads.hpp"

#include <map>

#include "hold.hpp"
#include "worker_queue.hpp"

namespace helpdesk::ngx {
namespace {

using Stage = Call::Stage;

// All locations of a database share its health checks, which wait in one queue: that of the pool of the
// location that was asked first.
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

// Logs how far an import or an erasure came that goes no further, because its client has gone. There is no
// answer that could tell.
void log_end_without_client(const Job& job) noexcept {
    ngx_log_t* log = job.request->connection->log;
    if (!job.dropped && (!is_terminated(job.request) || job.call->stage() == Stage::done))
        return;
    try {
        const std::string progress = job.call->progress();
        if (!progress.empty())
            ngx_log_error(NGX_LOG_WARN, log, 0, "helpdesk: the client has gone: %*s; it can be sent again",
                          progress.size(), progress.data());
    } catch (const std::exception& error) {
        log_exception(log, error, "a call ended because its client has gone");
    }
}

void refuse(Call& call) {
    call.fail(problem_of_status(NGX_HTTP_SERVICE_UNAVAILABLE));
}

// Gives the job to the queue, and holds its request for it. Returns false when there is no room, and then the
// job is untouched.
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

// Sends the call through its next stage, or gives it to who waits for it.
void continue_apart(const LocationConf& conf, Job& job) {
    if (job.call->stage() != Stage::done) {
        if (queue_for(conf, *job.call).add(job))
            return;
        refuse(*job.call);
    }
    job.call_done(*job.call);
}

void on_stage_done_apart(const LocationConf& conf, Job& job) noexcept {
    try {
        continue_apart(conf, job);
    } catch (const std::exception& error) {
        log_exception(ngx_cycle->log, error, client_gets_500);
        refuse(*job.call);
        job.call_done(*job.call);
    }
}

}  // namespace

void run_in_thread(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call,
                   NextStep next) {
    WorkerQueue& queue = queue_for(conf, *call);
    const auto stage_done = [&conf, next](Job& job) noexcept {
        ngx_http_request_t* request = job.request;
        log_end_without_client(job);
        resume(request, [&] {
            if (job.dropped)
                ngx_http_finalize_request(request, NGX_HTTP_CLIENT_CLOSED_REQUEST);
            else
                next(request, conf, std::move(job.call));
        });
    };
    Job job{
        .call = std::move(call), .database = conf.settings.database, .stage_done = stage_done, .request = r};
    if (add_held(queue, job))
        return;
    refuse(*job.call);
    next(r, conf, std::move(job.call));
}

void run_in_thread(ngx_http_request_t* r, const LocationConf& conf, BodyWork work) {
    auto stage_done = [done = work.done](Job& job) noexcept {
        ngx_http_request_t* request = job.request;
        resume(request, [&] {
            if (job.dropped)
                ngx_http_finalize_request(request, NGX_HTTP_CLIENT_CLOSED_REQUEST);
            else
                done(!job.refused);
        });
    };
    Job job{.database = conf.settings.database,
            .stage_done = std::move(stage_done),
            .request = r,
            .work = std::move(work.read),
            .is_strangers = work.is_strangers};
    if (!add_held(WorkerQueue::before(conf.thread_pool), job))
        work.done(false);
}

void run_apart(const LocationConf& conf, std::unique_ptr<Call> call, std::function<bool()> is_wanted,
               std::function<void(Call&)> done) {
    Job job{.call = std::move(call),
            .database = conf.settings.database,
            .stage_done = [&conf](Job& job) noexcept { on_stage_done_apart(conf, job); },
            .call_done = std::move(done),
            .is_wanted = std::move(is_wanted)};
    continue_apart(conf, job);
}

}  // namespace helpdesk::ngx
