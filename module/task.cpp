#include "task.hpp"

#include "geocoder.hpp"
#include "handler.hpp"
#include "stream.hpp"
#include "worker_queue.hpp"

namespace helpdesk::ngx {
namespace {

using Stage = Call::Stage;

WorkerQueue& queue_for(const LocationConf& conf, Stage stage) {
    return WorkerQueue::before(stage == Stage::hash ? conf.hash_thread_pool : conf.thread_pool);
}

void end_without_client(Job& job) {
    if (job.call->is_import()) {
        const std::string& text = job.call->problems().front().text;
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
        if (queue_for(*job.conf, job.call->stage()).add(std::move(job)))
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
    else if (call->stage() == Stage::done)
        answer(r, *call);
    else
        run_on_threads(r, conf, std::move(call));
}

void run_on_threads(ngx_http_request_t* r, const LocationConf& conf, std::unique_ptr<Call> call) {
    if (call->stage() == Stage::locate)
        return look_up(r, conf, std::move(call));
    WorkerQueue& queue = queue_for(conf, call->stage());
    Job job{.call = std::move(call), .conf = &conf, .finish = finish_for_request, .request = r};
    if (hold(r)) {
        try {
            if (queue.add(std::move(job)))
                return;
        } catch (...) {
            release(r);
            throw;
        }
        release(r);
    }
    refuse(*job.call);
    answer(r, *job.call);
}

void run_apart(const LocationConf& conf, std::unique_ptr<Call> call, std::function<bool()> is_wanted,
               std::function<void(Call&)> done) {
    Job job{
        .call = std::move(call), .conf = &conf, .done = std::move(done), .is_wanted = std::move(is_wanted)};
    go_on_apart(job);
}

}  // namespace helpdesk::ngx
