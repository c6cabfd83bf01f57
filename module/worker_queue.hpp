// Where jobs wait for a thread, in the worker: nginx's own queue is blind. What is in it is done in its
// order, whoever still waits for it.
//
// Here a job is dropped when nobody waits for it any more, jobs that share statements go together, and no
// database, no kind of work and no stranger holds the others up:
//
//   - at most as many tasks are out as the pool has threads, so that all that waits, waits here;
//   - databases take turns, and where there are several, one has at most half of the threads, rounded up;
//   - lists, imports and exports have at most half of the threads together, but one;
//   - large bodies, which may be anybody's, are read one at a time;
//   - the pool's max_queue bounds the jobs that wait for each database.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "call/call.h"
#include "ngx.hpp"
#include "pool_size.hpp"

namespace helpdesk::ngx {

struct LocationConf;

// What needs a thread: a call for its next stage, or other work on a request.
struct Job {
    std::unique_ptr<Call> call = {};
    const LocationConf* conf = nullptr;
    // Goes on in the worker once the stage is done, the call has failed, or the job was dropped. Must not
    // throw.
    std::function<void(Job&)> finish = {};
    // The request that is held for the call, or null where the call is no one request's.
    ngx_http_request_t* request = nullptr;
    // Without a request: what takes the call in the end, and whether anybody still waits for it.
    std::function<void(Call&)> done = {};
    std::function<bool()> is_wanted = {};
    std::function<void()> work = {};  // of a job without a call; must not throw
    // Nothing was done, since nobody waits for it any more.
    bool dropped = false;
    ngx_msec_t since = 0;  // when it began to wait
};

// Kinds of work, each with a queue of its own for each database.
enum class Lane { look_up, write, health, call, bulk, sign_in, body };
inline constexpr std::size_t lanes = 7;

class WorkerQueue {
  public:
    // The worker's queue before this pool. Throws std::bad_alloc.
    static WorkerQueue& before(ngx_thread_pool_t* pool);

    explicit WorkerQueue(ngx_thread_pool_t* pool);
    WorkerQueue(const WorkerQueue&) = delete;
    WorkerQueue& operator=(const WorkerQueue&) = delete;

    // Takes the job, which goes to a thread with those that come in the same turn of the event loop. False
    // when too many wait already; then the job is untouched. Throws std::bad_alloc, with nothing done.
    bool add(Job& job);

    // Runs the task on a thread of the pool, if one is free now: false if none is. Its event must call
    // end_errand().
    bool run_errand(ngx_thread_task_t& task) noexcept;
    void end_errand() noexcept;

  private:
    struct LaneQueue {
        std::deque<Job> jobs;
        ngx_uint_t tasks = 0;  // out
        std::uint64_t turn = 0;
    };
    struct Tenant;
    using Turns = std::set<std::pair<std::uint64_t, Tenant*>>;
    struct Tenant {
        std::array<LaneQueue, lanes> queues;
        ngx_uint_t waiting = 0;
        ngx_uint_t tasks = 0;
        std::uint64_t turn = 0;
        // Its node of `turns_of_waiting_` while nothing waits, so that to put it there takes no memory.
        Turns::node_type node = node_for(this);
    };
    struct Batch;
    struct Next {
        Tenant* tenant = nullptr;
        Lane lane{};
    };

    static void run(void* data, ngx_log_t* log) noexcept;
    static void finish_task(ngx_event_t* event) noexcept;
    static void take_turn(ngx_event_t* event) noexcept;

    static Turns::node_type node_for(Tenant* tenant);

    void dispatch() noexcept;
    Next next();
    bool may_go(const Tenant& tenant, Lane lane) const;
    void sort(Tenant& tenant, std::uint64_t turn) noexcept;
    std::unique_ptr<Batch> take(const Next& next, std::vector<Job>& ended);
    void sweep(std::vector<Job>& ended);
    bool post(Batch& batch);
    void put_back(Batch& batch, std::vector<Job>& ended);
    void set_timer();

    ngx_event_t turn_{};   // first: nginx's debug log reads an event's data as a connection
    ngx_event_t timer_{};  // while anything waits; keeps a worker that is stopping
    ngx_thread_pool_t* const pool_;
    const PoolSize size_;
    std::map<const DatabaseSettings*, Tenant> tenants_;
    Turns turns_of_waiting_;  // databases with jobs that wait, the longest without a turn first
    std::uint64_t turns_ = 0;
    ngx_msec_t swept_ = 0;  // when it was last looked who still waits
    ngx_uint_t waiting_ = 0;
    ngx_uint_t tasks_ = 0;       // out
    ngx_uint_t bulk_tasks_ = 0;  // of those
};

}  // namespace helpdesk::ngx
