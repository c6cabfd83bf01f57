#include "worker_queue.hpp"

#include <algorithm>
#include <optional>

#include "config.hpp"
#include "handler.hpp"
#include "hold.hpp"
#include "idle.hpp"

namespace helpdesk::ngx {
namespace {

using Stage = Call::Stage;

// nginx 1.22 lets a stopping worker go as soon as no timer is left, whatever its threads do.
constexpr ngx_msec_t long_task = 60'000;

// How often it is looked whether somebody still waits for what waits here.
constexpr ngx_msec_t between_sweeps = 1000;

// A password that waited for so long is not hashed any more: its client would hardly be there.
constexpr ngx_msec_t longest_hash_wait = 5000;

// A client that has closed its side of the connection may still read the answer, and one that sends a write
// may not care for it: they count as gone only when their calls had to wait for so long.
constexpr ngx_msec_t read_outlives_client = 100;
constexpr ngx_msec_t write_outlives_client = 1000;

// How a lane's jobs go to threads.
struct Rules {
    ngx_uint_t most_tasks;  // out at once; 0: no bound
    std::size_t most_jobs;  // in a task
    ngx_msec_t patience;    // a job that waited for so long goes in spite of most_tasks
};

// Two tasks of jobs that share statements are out at once: one at the database while the next is on its way.
// Meanwhile further jobs gather, but none waits long for that, since both tasks may wait for a row. One task
// asks for the health of a database, also when it hangs.
constexpr std::array<Rules, lanes> rules = {{
    {2, most_grouped, 10},
    {2, most_grouped, 10},
    {1, most_grouped, long_task},
    {0, 1, 0},
    {0, 1, 0},
    {0, 1, 0},
    {1, 1, long_task},
}};

constexpr const Rules& rules_of(Lane lane) {
    return rules.at(static_cast<std::size_t>(lane));
}

Lane lane_of(const Job& job) {
    if (job.call == nullptr)
        return Lane::body;
    const Call& call = *job.call;
    if (call.takes_long())
        return Lane::bulk;
    // Only sign-ins, which need no key, are no one request's.
    if (call.stage() == Stage::hash)
        return job.request == nullptr ? Lane::sign_in : Lane::call;
    switch (call.sharing()) {
        case Call::Sharing::read:
            return Lane::look_up;
        case Call::Sharing::write:
            return Lane::write;
        case Call::Sharing::health:
            return Lane::health;
        case Call::Sharing::none:
            break;
    }
    return Lane::call;
}

ngx_msec_t waited(const Job& job) {
    return ngx_current_msec - job.since;
}

// Whether somebody waits for the job, as far as is known.
bool is_wanted(const Job& job) {
    if (job.request == nullptr)
        return waited(job) < read_outlives_client || job.is_wanted();
    if (!client_has_gone(job.request))
        return true;
    if (job.call == nullptr)
        return waited(job) < read_outlives_client;
    // An import would go on for long without its client; it can be sent again.
    return !job.call->is_import() &&
           waited(job) < (job.call->changes() ? write_outlives_client : read_outlives_client);
}

bool is_too_late(const Job& job) {
    if (job.call == nullptr)
        return false;
    // An import of a worker that leaves would keep it for hours; what it did is told.
    if (job.call->is_import())
        return ngx_exiting != 0;
    return job.call->stage() == Stage::hash && waited(job) > longest_hash_wait;
}

void fail(Job& job) {
    if (job.call != nullptr)
        job.call->fail(problem_of_status(NGX_HTTP_SERVICE_UNAVAILABLE));
    else
        job.dropped = true;
}

// Whether a job that waits needs no thread any more; then its call has failed.
bool ends_here(Job& job) {
    job.dropped = !is_wanted(job);
    if (!job.dropped && !is_too_late(job))
        return false;
    fail(job);
    return true;
}

}  // namespace

// The jobs that go to a thread together. While it is out, the thread owns `calls`, the worker all the rest.
struct WorkerQueue::Batch {
    ngx_thread_task_t task{};  // first: nginx's debug log reads the event's data as a connection
    WorkerQueue* queue = nullptr;
    Next from;
    Stage stage{};
    std::vector<Job> jobs;
    std::vector<std::unique_ptr<Call>> calls;  // of the jobs, in their order
    std::function<void()> work;                // instead of calls

    void give_calls_back() {
        for (std::size_t i = 0; i < calls.size(); ++i)
            jobs[i].call = std::move(calls[i]);
        calls.clear();
        if (work)
            jobs.front().work = std::move(work);
    }
};

WorkerQueue& WorkerQueue::before(ngx_thread_pool_t* pool) {
    static std::map<ngx_thread_pool_t*, WorkerQueue> queues;
    return queues.try_emplace(pool, pool).first->second;
}

WorkerQueue::WorkerQueue(ngx_thread_pool_t* pool) : pool_(pool), size_(size_of(pool)) {
    for (ngx_event_t* event : {&turn_, &timer_}) {
        event->handler = take_turn;
        event->data = this;
        event->log = ngx_cycle->log;
    }
}

bool WorkerQueue::add(Job& job) {
    Tenant& tenant = tenants_[job.conf->settings.database];
    const ngx_uint_t free_threads = size_.threads - std::min(size_.threads, tasks_);
    if (tenant.waiting >= size_.max_queue + free_threads)
        return false;
    job.since = ngx_current_msec;
    tenant.queues.at(static_cast<std::size_t>(lane_of(job))).jobs.push_back(std::move(job));
    ++tenant.waiting;
    ++waiting_;
    sort(tenant, tenant.turn);
    // After all events that came with this one, so that their requests go together.
    ngx_post_event(&turn_, &ngx_posted_events);
    return true;
}

void WorkerQueue::run(void* data, ngx_log_t* /*log*/) noexcept {
    auto& batch = *static_cast<Batch*>(data);
    if (batch.work)
        return batch.work();
    if (batch.stage == Stage::database)
        return Call::execute(batch.calls);
    for (const auto& call : batch.calls)
        call->hash();
}

void WorkerQueue::take_turn(ngx_event_t* event) noexcept {
    event->timedout = 0;
    static_cast<WorkerQueue*>(event->data)->dispatch();
}

void WorkerQueue::dispatch() noexcept {
    std::vector<Job> ended;
    try {
        sweep(ended);
        while (tasks_ < size_.threads) {
            const Next from = next();
            if (from.tenant == nullptr)
                break;
            auto batch = take(from, ended);
            if (batch->jobs.empty())
                continue;
            if (post(*batch)) {
                static_cast<void>(batch.release());
                continue;
            }
            put_back(*batch, ended);
            break;
        }
    } catch (const std::exception& error) {
        log_exception(ngx_cycle->log, error, "the calls wait, and are tried again in some milliseconds");
    }
    set_timer();
    // Last, since what nginx does with them may bring new jobs.
    for (Job& job : ended)
        job.finish(job);
}

WorkerQueue::Turns::node_type WorkerQueue::node_for(Tenant* tenant) {
    Turns one{{0, tenant}};
    return one.extract(one.begin());
}

// To be called whenever the number of its jobs that wait has changed: with hundreds of databases, a look at
// each for every task would take the worker longer than the task.
void WorkerQueue::sort(Tenant& tenant, std::uint64_t turn) noexcept {
    Turns::node_type node =
        tenant.node.empty() ? turns_of_waiting_.extract({tenant.turn, &tenant}) : std::move(tenant.node);
    tenant.turn = turn;
    node.value().first = turn;
    if (tenant.waiting > 0)
        turns_of_waiting_.insert(std::move(node));
    else
        tenant.node = std::move(node);
}

// The lane whose turn it is: of the database that waits longest for one, that which waits longest there.
WorkerQueue::Next WorkerQueue::next() {
    std::optional<bool> keys_wait;
    for (const auto& [turn, tenant] : turns_of_waiting_) {
        Next best;
        for (std::size_t i = 0; i < lanes; ++i) {
            const auto lane = static_cast<Lane>(i);
            if (!may_go(*tenant, lane))
                continue;
            // Keys go before strangers.
            if (lane == Lane::sign_in) {
                if (!keys_wait)
                    keys_wait = std::any_of(turns_of_waiting_.begin(), turns_of_waiting_.end(),
                                            [&](const auto& one) { return may_go(*one.second, Lane::call); });
                if (*keys_wait)
                    continue;
            }
            if (best.tenant == nullptr ||
                tenant->queues.at(i).turn < tenant->queues.at(static_cast<std::size_t>(best.lane)).turn)
                best = {tenant, lane};
        }
        if (best.tenant != nullptr)
            return best;
    }
    return {};
}

bool WorkerQueue::may_go(const Tenant& tenant, Lane lane) const {
    const LaneQueue& queue = tenant.queues.at(static_cast<std::size_t>(lane));
    if (queue.jobs.empty())
        return false;
    const ngx_uint_t share = tenants_.size() > 1 ? size_.threads - size_.threads / 2 : size_.threads;
    if (tenant.tasks >= share)
        return false;
    if (lane == Lane::bulk && (bulk_tasks_ >= std::max<ngx_uint_t>(1, size_.threads / 2) ||
                               queue.tasks >= std::max<ngx_uint_t>(1, share / 2)))
        return false;
    const Rules& rule = rules_of(lane);
    return rule.most_tasks == 0 || queue.tasks < rule.most_tasks ||
           waited(queue.jobs.front()) >= rule.patience;
}

// Those that waited longest.
std::unique_ptr<WorkerQueue::Batch> WorkerQueue::take(const Next& next, std::vector<Job>& ended) {
    auto batch = std::make_unique<Batch>();
    LaneQueue& queue = next.tenant->queues.at(static_cast<std::size_t>(next.lane));
    const std::size_t most = std::min(queue.jobs.size(), rules_of(next.lane).most_jobs);
    batch->jobs.reserve(most);
    batch->calls.reserve(most);
    batch->queue = this;
    batch->from = next;
    while (batch->jobs.size() < most && !queue.jobs.empty()) {
        Job& job = queue.jobs.front();
        if (ends_here(job))
            ended.push_back(std::move(job));
        else
            batch->jobs.push_back(std::move(job));
        queue.jobs.pop_front();
        --next.tenant->waiting;
        --waiting_;
    }
    for (Job& job : batch->jobs) {
        if (job.call == nullptr) {
            batch->work = std::move(job.work);
            continue;
        }
        batch->stage = job.call->stage();
        batch->calls.push_back(std::move(job.call));
    }
    queue.turn = ++turns_;
    sort(*next.tenant, turns_);
    return batch;
}

// What nobody waits for any more needs no thread to end.
void WorkerQueue::sweep(std::vector<Job>& ended) {
    if (waiting_ == 0 || ngx_current_msec - swept_ < between_sweeps)
        return;
    swept_ = ngx_current_msec;
    for (auto& [database, tenant] : tenants_) {
        for (LaneQueue& queue : tenant.queues) {
            std::deque<Job> left;
            for (Job& job : queue.jobs)
                if (!ends_here(job))
                    left.push_back(std::move(job));
                else
                    ended.push_back(std::move(job));
            const std::size_t gone = queue.jobs.size() - left.size();
            tenant.waiting -= gone;
            waiting_ -= gone;
            queue.jobs = std::move(left);
        }
        sort(tenant, tenant.turn);
    }
}

bool WorkerQueue::post(Batch& batch) {
    batch.task.handler = run;
    batch.task.event.handler = finish_task;
    batch.task.event.data = &batch;
    batch.task.event.log = ngx_cycle->log;
    batch.task.ctx = &batch;
    if (ngx_thread_task_post(pool_, &batch.task) != NGX_OK)
        return false;
    ++tasks_;
    ++batch.from.tenant->tasks;
    ++batch.from.tenant->queues.at(static_cast<std::size_t>(batch.from.lane)).tasks;
    bulk_tasks_ += batch.from.lane == Lane::bulk ? 1 : 0;
    ngx_add_timer(&batch.task.event, long_task);
    return true;
}

// Others have filled nginx's own queue: the jobs wait for their turn once more. A pool that takes nothing
// though it has nothing to do never will.
void WorkerQueue::put_back(Batch& batch, std::vector<Job>& ended) {
    batch.give_calls_back();
    if (tasks_ == 0) {
        for (Job& job : batch.jobs) {
            fail(job);
            ended.push_back(std::move(job));
        }
        return;
    }
    auto& jobs = batch.from.tenant->queues.at(static_cast<std::size_t>(batch.from.lane)).jobs;
    jobs.insert(jobs.begin(), std::make_move_iterator(batch.jobs.begin()),
                std::make_move_iterator(batch.jobs.end()));
    batch.from.tenant->waiting += batch.jobs.size();
    waiting_ += batch.jobs.size();
    sort(*batch.from.tenant, batch.from.tenant->turn);
}

void WorkerQueue::finish_task(ngx_event_t* event) noexcept {
    if (event->timedout) {
        ngx_log_error(
            NGX_LOG_WARN, event->log, 0,
            "helpdesk: a task has been in its thread for over a minute; its client waits on; look for "
            "what the database waits for, or lower read_timeout");
        event->timedout = 0;
        return ngx_add_timer(event, long_task);
    }
    const std::unique_ptr<Batch> batch(static_cast<Batch*>(event->data));
    ngx_del_timer(event);
    WorkerQueue& queue = *batch->queue;
    --queue.tasks_;
    --batch->from.tenant->tasks;
    --batch->from.tenant->queues.at(static_cast<std::size_t>(batch->from.lane)).tasks;
    queue.bulk_tasks_ -= batch->from.lane == Lane::bulk ? 1 : 0;
    if (queue.waiting_ > 0) {
        ngx_post_event(&queue.turn_, &ngx_posted_events);
    }
    watch_idle_connections(queue);
    batch->give_calls_back();
    for (Job& job : batch->jobs)
        job.finish(job);
}

// What is out besides the batches counts as well: nginx's own queue may have room for no more than one task.
bool WorkerQueue::run_errand(ngx_thread_task_t& task) noexcept {
    if (tasks_ >= size_.threads || ngx_thread_task_post(pool_, &task) != NGX_OK)
        return false;
    ++tasks_;
    return true;
}

void WorkerQueue::end_errand() noexcept {
    --tasks_;
    if (waiting_ > 0) {
        ngx_post_event(&turn_, &ngx_posted_events);
    }
}

void WorkerQueue::set_timer() {
    if (waiting_ == 0) {
        if (timer_.timer_set)
            ngx_del_timer(&timer_);
        return;
    }
    // Jobs that gather are looked after in a moment, all others now and then.
    const bool gathers = std::any_of(turns_of_waiting_.begin(), turns_of_waiting_.end(), [](const auto& one) {
        const auto& queues = one.second->queues;
        return !queues.at(static_cast<std::size_t>(Lane::look_up)).jobs.empty() ||
               !queues.at(static_cast<std::size_t>(Lane::write)).jobs.empty();
    });
    const ngx_msec_t wait = gathers ? rules_of(Lane::look_up).patience : between_sweeps;
    if (!timer_.timer_set)
        ngx_add_timer(&timer_, wait);
}

}  // namespace helpdesk::ngx
