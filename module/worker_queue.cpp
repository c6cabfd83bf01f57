#include "worker_queue.hpp"

#include <algorithm>
#include <optional>

#include "failure.hpp"
#include "hold.hpp"

namespace helpdesk::ngx {
namespace {

using Stage = Call::Stage;

// The timer of a task. It also keeps a stopping worker, which nginx 1.22 ends as soon as no timer is left,
// whatever its threads do.
constexpr ngx_msec_t long_task = 60'000;

// How often jobs are removed that nobody waits for any more.
constexpr ngx_msec_t between_sweeps = 1000;

// How often it is looked whether anybody still waits for work in a thread that ends with its client.
constexpr ngx_msec_t between_looks = 200;

// A password that has waited for so long is not hashed any more, because its client has hardly waited. Nor is
// a stranger's body read.
constexpr ngx_msec_t longest_hash_wait = 5000;
constexpr ngx_msec_t longest_strangers_wait = 5000;

// A client that has closed its side of the connection may still read the answer, and one that sent a write
// may not need it. Such clients count as gone only after their calls have waited for so long.
constexpr ngx_msec_t read_outlives_client = 100;
constexpr ngx_msec_t write_outlives_client = 1000;

Lane lane_of(const Job& job) {
    if (job.call == nullptr)
        return job.is_strangers ? Lane::strangers_body : Lane::body;
    const Call& call = *job.call;
    if (call.takes_long())
        return Lane::bulk;
    // Only sign-ins belong to no single request. They need no key.
    if (call.stage() == Stage::hash)
        return job.request == nullptr ? Lane::sign_in : Lane::hash;
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
    return call.changes() ? Lane::transaction : Lane::read;
}

ngx_msec_t waited(const Job& job) {
    return ngx_current_msec - job.since;
}

// Returns how long the job is carried out whether or not its client is still there.
ngx_msec_t outlives_client(const Job& job) {
    if (job.call == nullptr)
        return read_outlives_client;
    // Without its client an import or an erasure would go on for long. It can be sent again.
    if (job.call->ends_with_client())
        return 0;
    return job.call->changes() ? write_outlives_client : read_outlives_client;
}

// Returns whether anybody waits for the job, as far as can be seen. To look at the client takes a system
// call.
bool is_wanted(const Job& job) {
    return waited(job) < outlives_client(job) ||
           (job.request == nullptr ? job.is_wanted() : !client_has_gone(job.request));
}

bool is_too_late(const Job& job) {
    if (job.call == nullptr)
        return job.is_strangers && waited(job) > longest_strangers_wait;
    // It would keep a stopping worker for hours. Its client is told how far it came.
    if (job.call->ends_with_client())
        return ngx_exiting != 0;
    return job.call->stage() == Stage::hash && waited(job) > longest_hash_wait;
}

void fail(Job& job) {
    job.waiting.reset();
    if (job.call != nullptr)
        job.call->fail(problem_of_status(NGX_HTTP_SERVICE_UNAVAILABLE));
    else
        job.refused = !job.dropped;
}

bool needs_connection(const Job& job) {
    return job.call != nullptr && job.call->stage() == Stage::database;
}

}  // namespace

// Jobs that go to a thread together. While they are there, the thread owns `calls` and `work`, and the worker
// everything else; it may only tell one of them to stop.
struct WorkerQueue::Batch {
    ngx_thread_task_t task{};  // first: nginx's debug log reads the event's data as a connection
    WorkerQueue* queue = nullptr;
    Choice from;
    Stage stage{};
    bool connects = false;
    std::vector<Job> jobs;
    std::vector<std::unique_ptr<Call>> calls;  // of the jobs, in the same order
    std::function<void()> work;                // instead of calls
    Call* stoppable = nullptr;                 // one of the calls, which ends with its client
    ngx_msec_t warned = 0;                     // when it was posted, or last took too long

    void run() const {
        if (work)
            return work();
        if (stage == Stage::database)
            return Call::execute(calls);
        for (const auto& call : calls)
            call->hash();
    }

    void give_calls_back() {
        for (std::size_t i = 0; i < calls.size(); ++i)
            jobs[i].call = std::move(calls[i]);
        calls.clear();
        if (work)
            jobs.front().work = std::move(work);
    }
};

WorkerQueue& WorkerQueue::before(ngx_thread_pool_t* pool) {
    return all().try_emplace(pool, pool).first->second;
}

std::map<ngx_thread_pool_t*, WorkerQueue>& WorkerQueue::all() {
    static std::map<ngx_thread_pool_t*, WorkerQueue> queues;
    return queues;
}

WorkerQueue::WorkerQueue(ngx_thread_pool_t* pool) : pool_(pool), size_(size_of(pool)) {
    for (ngx_event_t* event : {&turn_, &timer_}) {
        event->handler = on_turn;
        event->data = this;
        event->log = ngx_cycle->log;
    }
}

void WorkerQueue::expect(const DatabaseSettings& database, ngx_uint_t usual_connections) {
    Tenant& tenant = tenants_[&database];
    tenant.connections = &DatabaseConnections::of(database, usual_connections);
}

// Returns how many jobs may wait in the lane. What free threads will take in a moment does not count.
ngx_uint_t WorkerQueue::most_waiting(const Tenant& tenant, Lane lane) const {
    const Rules& rule = rules_of(lane);
    std::size_t taken_soon = room_for(tenant, lane);
    if (rule.most_tasks > 0)
        taken_soon = std::min(taken_soon, rule.most_tasks - std::min(rule.most_tasks, tenant.tasks.of(lane)));
    return std::max<ngx_uint_t>(1, size_.max_queue * rule.quarters_of_queue / 4) + taken_soon;
}

// Returns how many more tasks of the lane the threads may have. Where there are several databases, each has
// at most half of the threads, rounded up.
std::size_t WorkerQueue::room_for(const Tenant& tenant, Lane lane) const {
    const std::size_t share = tenants_.size() > 1 ? size_.threads - size_.threads / 2 : size_.threads;
    return std::min(room(lane, tasks_, size_.threads), room(lane, tenant.tasks, share));
}

bool WorkerQueue::add(Job& job) {
    Tenant& tenant = tenants_[job.database];
    const Lane lane = lane_of(job);
    if (tenant.waiting >= size_.max_queue + room_for(tenant, lane))
        return false;
    std::deque<Job>& jobs = tenant.queues.at(static_cast<std::size_t>(lane)).jobs;
    if (lane_before(lane) && jobs.size() >= most_waiting(tenant, lane))
        return false;
    if (job.call == nullptr)
        job.waiting = std::make_unique<GaugeIncrement>(metric::queue_depth, "database");
    job.since = ngx_current_msec;
    jobs.push_back(std::move(job));
    ++tenant.waiting;
    ++waiting_;
    sort(tenant, tenant.turn);
    // The turn comes after all events that came with this one, so that their requests go together.
    ngx_post_event(&turn_, &ngx_posted_events);
    return true;
}

void WorkerQueue::run_batch(void* data, ngx_log_t* /*log*/) noexcept {
    ++in_threads;
    static_cast<Batch*>(data)->run();
    --in_threads;
}

void WorkerQueue::on_turn(ngx_event_t* event) noexcept {
    event->timedout = 0;
    static_cast<WorkerQueue*>(event->data)->dispatch();
}

void WorkerQueue::dispatch() noexcept {
    std::vector<Job> ended;
    try {
        sweep(ended);
        while (tasks_.all() < size_.threads) {
            const Choice from = choose();
            if (from.tenant == nullptr)
                break;
            auto batch = make_batch(from, ended);
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
    // This comes last, because it may bring new jobs.
    for (Job& job : ended)
        job.stage_done(job);
}

WorkerQueue::Turns::node_type WorkerQueue::node_for(Tenant* tenant) {
    Turns one{{0, tenant}};
    return one.extract(one.begin());
}

// Must be called whenever the number of the tenant's waiting jobs has changed. It saves a look at every
// database for each task, which with hundreds of them would take the worker longer than the task.
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

// Returns the lane whose turn it is: among the databases, and then among the lanes of that database, the one
// whose last turn was longest ago.
WorkerQueue::Choice WorkerQueue::choose() {
    std::array<std::optional<bool>, lanes> may_others_go;  // whether the lane has a job that may go
    for (const auto& [turn, tenant] : turns_of_waiting_) {
        Choice best;
        for (std::size_t i = 0; i < lanes; ++i) {
            const auto lane = static_cast<Lane>(i);
            if (!may_go(*tenant, lane))
                continue;
            if (const auto before = lane_before(lane)) {
                std::optional<bool>& may_before = may_others_go.at(static_cast<std::size_t>(*before));
                if (!may_before)
                    may_before = may_any_go(*before);
                if (*may_before)
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

bool WorkerQueue::may_any_go(Lane lane) const {
    return std::any_of(turns_of_waiting_.begin(), turns_of_waiting_.end(),
                       [&](const auto& one) { return may_go(*one.second, lane); });
}

bool WorkerQueue::lacks_connection(const Tenant& tenant, const Job& job) const {
    return needs_connection(job) && tenant.connections != nullptr &&
           !tenant.connections->is_one_left(lane_of(job));
}

// Fails a waiting job that needs no thread any more, or has waited too long for a connection. Returns whether
// it did.
bool WorkerQueue::fail_if_obsolete(const Tenant& tenant, Job& job) const {
    job.dropped = !is_wanted(job);
    if (job.dropped || is_too_late(job)) {
        fail(job);
        return true;
    }
    if (!needs_connection(job) ||
        waited(job) < static_cast<ngx_msec_t>(job.database->connect_timeout / std::chrono::milliseconds(1)) ||
        !lacks_connection(tenant, job) || room_for(tenant, lane_of(job)) == 0)
        return false;
    job.call->fail({code::overloaded, "", "all connections to the database are busy, try again"},
                   tenant.connections->none_left());
    return true;
}

bool WorkerQueue::may_go(const Tenant& tenant, Lane lane) const {
    const LaneQueue& queue = tenant.queues.at(static_cast<std::size_t>(lane));
    if (queue.jobs.empty() || lacks_connection(tenant, queue.jobs.front()) || room_for(tenant, lane) == 0)
        return false;
    const Rules& rule = rules_of(lane);
    return rule.most_tasks == 0 || tenant.tasks.of(lane) < rule.most_tasks ||
           waited(queue.jobs.front()) >= rule.patience;
}

// Takes the jobs that have waited longest out of the lane. Those that need no thread any more go to `ended`.
std::unique_ptr<WorkerQueue::Batch> WorkerQueue::make_batch(const Choice& choice, std::vector<Job>& ended) {
    auto batch = std::make_unique<Batch>();
    LaneQueue& queue = choice.tenant->queues.at(static_cast<std::size_t>(choice.lane));
    const std::size_t most = std::min(queue.jobs.size(), rules_of(choice.lane).most_jobs);
    batch->jobs.reserve(most);
    batch->calls.reserve(most);
    batch->queue = this;
    batch->from = choice;
    while (batch->jobs.size() < most && !queue.jobs.empty()) {
        Job& job = queue.jobs.front();
        if (fail_if_obsolete(*choice.tenant, job))
            ended.push_back(std::move(job));
        else
            batch->jobs.push_back(std::move(job));
        queue.jobs.pop_front();
        --choice.tenant->waiting;
        --waiting_;
    }
    for (Job& job : batch->jobs) {
        if (job.call == nullptr) {
            batch->work = std::move(job.work);
            continue;
        }
        batch->stage = job.call->stage();
        batch->stoppable = job.call->ends_with_client() ? job.call.get() : nullptr;
        batch->connects = needs_connection(job) && choice.tenant->connections != nullptr;
        batch->calls.push_back(std::move(job.call));
    }
    queue.turn = ++turns_;
    sort(*choice.tenant, turns_);
    return batch;
}

// Moves the jobs that need no thread any more to `ended`.
void WorkerQueue::sweep(std::vector<Job>& ended) {
    if (waiting_ == 0 || ngx_current_msec - swept_ < between_sweeps)
        return;
    swept_ = ngx_current_msec;
    for (auto& [database, tenant] : tenants_) {
        for (LaneQueue& queue : tenant.queues) {
            std::deque<Job> left;
            for (Job& job : queue.jobs)
                if (!fail_if_obsolete(tenant, job))
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
    batch.task.handler = run_batch;
    batch.task.event.handler = on_task_done;
    batch.task.event.data = &batch;
    batch.task.event.log = ngx_cycle->log;
    batch.task.ctx = &batch;
    if (ngx_thread_task_post(pool_, &batch.task) != NGX_OK)
        return false;
    tasks_.begin(batch.from.lane);
    batch.from.tenant->tasks.begin(batch.from.lane);
    if (batch.connects)
        batch.from.tenant->connections->begin(batch.from.lane);
    for (Job& job : batch.jobs)
        job.waiting.reset();
    batch.warned = ngx_current_msec;
    set_timer(batch);
    return true;
}

void WorkerQueue::set_timer(Batch& batch) {
    ngx_add_timer(&batch.task.event, batch.stoppable != nullptr ? between_looks : long_task);
}

// Looks after a batch that is still in its thread.
void WorkerQueue::watch(Batch& batch) noexcept {
    if (ngx_current_msec - batch.warned >= long_task) {
        batch.warned = ngx_current_msec;
        ngx_log_error(NGX_LOG_WARN, batch.task.event.log, 0,
                      "helpdesk: a task has been in its thread for over a minute, and its client is still "
                      "waiting; find out what the database is waiting for, or lower read_timeout");
    }
    if (batch.stoppable != nullptr && (ngx_exiting != 0 || client_has_gone(batch.jobs.front().request)))
        batch.stoppable->stop();
    set_timer(batch);
}

// Lets the jobs wait for another turn, because others have filled nginx's own queue. If the pool has nothing
// of ours to do and still takes nothing, it never will, and the jobs fail.
void WorkerQueue::put_back(Batch& batch, std::vector<Job>& ended) {
    batch.give_calls_back();
    if (tasks_.all() == 0) {
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

void WorkerQueue::on_task_done(ngx_event_t* event) noexcept {
    if (event->timedout) {
        event->timedout = 0;
        return watch(*static_cast<Batch*>(event->data));
    }
    const std::unique_ptr<Batch> batch(static_cast<Batch*>(event->data));
    ngx_del_timer(event);
    WorkerQueue& queue = *batch->queue;
    queue.tasks_.end(batch->from.lane);
    batch->from.tenant->tasks.end(batch->from.lane);
    // The calls of another pool may wait for the connection.
    if (batch->connects)
        batch->from.tenant->connections->end(batch->from.lane);
    for (auto& [pool, each] : all()) {
        if (each.waiting_ > 0) {
            ngx_post_event(&each.turn_, &ngx_posted_events);
        }
    }
    if (after_task != nullptr)
        after_task(queue);
    batch->give_calls_back();
    for (Job& job : batch->jobs)
        job.stage_done(job);
}

// An errand counts among the tasks, because nginx's own queue may have room for only one.
bool WorkerQueue::run_errand(ngx_thread_task_t& task) noexcept {
    if (room(Lane::errand, tasks_, size_.threads) == 0 || ngx_thread_task_post(pool_, &task) != NGX_OK)
        return false;
    tasks_.begin(Lane::errand);
    return true;
}

void WorkerQueue::end_errand() noexcept {
    tasks_.end(Lane::errand);
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
    // Jobs that gather have their turn in a moment. All others are only swept now and then.
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
