// The queue, in the worker, of jobs that wait for a thread. nginx's own queue would carry them out in their
// order, even those that nobody waits for any more.
//
// This queue drops a job when nobody waits for it any more, lets jobs that share statements go together, and
// lets no database, no kind of work and no stranger hold the others up:
//
//   - At most as many tasks are out as the pool has threads, and of those that need a connection as many as
//     the worker may have, so that all waiting happens here. A call that has waited for connect_timeout is
//     refused within a second if there is a thread for it, but no connection.
//   - Databases take turns. Where there are several, each has at most half of the threads, rounded up.
//   - Lists, imports, exports, merges and purges together have at most half of the threads, but at least one.
//     An import in a thread is told soon when its client has gone or the worker is leaving. An erasure ends
//     after the piece that it is at.
//   - Together with all other writes, which may wait for a row that somebody has locked, they leave a quarter
//     of the threads, but at least one, to look-ups and health checks. Only a single thread takes whatever
//     comes. The connections of a database are shared in the same way.
//   - Large bodies of a database are read one at a time. So are those of strangers, whose requests have shown
//     no key yet, in at most a quarter of the threads, but at least one, and only while no other body waits.
//     A stranger's body that has waited for five seconds is refused.
//   - The pool's max_queue bounds the jobs that wait for each database. Strangers' bodies may have a quarter
//     of it, and sign-ins, which need no key either, three quarters.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "call/call.h"
#include "connections.hpp"
#include "lanes.hpp"
#include "metrics.h"
#include "ngx.hpp"
#include "pool_size.hpp"

namespace helpdesk::ngx {

// Something that needs a thread: a call for its next stage, or other work on a request.
struct Job {
    std::unique_ptr<Call> call = {};
    const DatabaseSettings* database = nullptr;  // takes turns with the others
    // Called in the worker when the stage is done, the call has failed, or the job was dropped. Must not
    // throw.
    std::function<void(Job&)> stage_done = {};
    // The request that is held for the job. Null if the call belongs to no single request.
    ngx_http_request_t* request = nullptr;
    // Only without a request: gets the call in the end, and tells whether anybody still waits for it.
    std::function<void(Call&)> call_done = {};
    std::function<bool()> is_wanted = {};
    std::function<void()> work = {};  // only without a call: reads a body; must not throw
    bool is_strangers = false;        // only with work: the request has shown no key yet
    bool dropped = false;             // nothing was done, because nobody waits for the job any more
    bool refused = false;             // only with work: nothing was done, because no thread took it in time
    ngx_msec_t since = 0;             // when it began to wait
    std::unique_ptr<GaugeIncrement> waiting = {};  // only with work; a call counts itself
};

class WorkerQueue {
  public:
    // Returns the worker's queue before this pool. Throws std::bad_alloc.
    static WorkerQueue& before(ngx_thread_pool_t* pool);

    explicit WorkerQueue(ngx_thread_pool_t* pool);
    WorkerQueue(const WorkerQueue&) = delete;
    WorkerQueue& operator=(const WorkerQueue&) = delete;

    // Counts the database among those that share the pool, before it has its first job: it must find threads
    // then, whatever the others have. Throws std::bad_alloc.
    void expect(const DatabaseSettings& database, ngx_uint_t usual_connections);

    // Takes over the job, which goes to a thread together with those that come in the same turn of the event
    // loop. Returns false when too many wait already, and then the job is untouched. Throws std::bad_alloc,
    // with nothing done.
    bool add(Job& job);

    // Runs a task that is no job in a thread of the pool. Returns false if none is free. The task's event
    // must call end_errand().
    bool run_errand(ngx_thread_task_t& task) noexcept;
    void end_errand() noexcept;

    // Returns whether a thread of this process works for any queue now.
    static bool is_any_in_thread() noexcept { return in_threads > 0; }

    // Sets the function that every queue of this worker calls after each of its tasks.
    using AfterTask = void (*)(WorkerQueue& queue) noexcept;
    static void call_after_tasks(AfterTask function) { after_task = function; }

  private:
    struct LaneQueue {
        std::deque<Job> jobs;
        std::uint64_t turn = 0;
    };
    struct Tenant;
    using Turns = std::set<std::pair<std::uint64_t, Tenant*>>;
    struct Tenant {
        std::array<LaneQueue, lanes> queues;
        ngx_uint_t waiting = 0;
        Tasks tasks;
        DatabaseConnections* connections = nullptr;  // null: for work that needs none
        std::uint64_t turn = 0;
        // The node for `turns_of_waiting_` while nothing waits, so that no memory is needed to put it there.
        Turns::node_type node = node_for(this);
    };
    struct Batch;
    struct Choice {
        Tenant* tenant = nullptr;
        Lane lane{};
    };

    static void run_batch(void* data, ngx_log_t* log) noexcept;
    static void on_task_done(ngx_event_t* event) noexcept;
    static void on_turn(ngx_event_t* event) noexcept;

    static Turns::node_type node_for(Tenant* tenant);
    static std::map<ngx_thread_pool_t*, WorkerQueue>& all();

    void dispatch() noexcept;
    Choice choose();
    bool may_any_go(Lane lane) const;
    bool may_go(const Tenant& tenant, Lane lane) const;
    bool lacks_connection(const Tenant& tenant, const Job& job) const;
    bool fail_if_obsolete(const Tenant& tenant, Job& job) const;
    std::size_t room_for(const Tenant& tenant, Lane lane) const;
    ngx_uint_t most_waiting(const Tenant& tenant, Lane lane) const;
    void sort(Tenant& tenant, std::uint64_t turn) noexcept;
    std::unique_ptr<Batch> make_batch(const Choice& choice, std::vector<Job>& ended);
    void sweep(std::vector<Job>& ended);
    bool post(Batch& batch);
    static void set_timer(Batch& batch);
    static void watch(Batch& batch) noexcept;
    void put_back(Batch& batch, std::vector<Job>& ended);
    void set_timer();

    static inline AfterTask after_task = nullptr;
    static inline std::atomic<int> in_threads = 0;

    ngx_event_t turn_{};   // first: nginx's debug log reads an event's data as a connection
    ngx_event_t timer_{};  // while anything waits; keeps a worker that is stopping
    ngx_thread_pool_t* const pool_;
    const PoolSize size_;
    std::map<const DatabaseSettings*, Tenant> tenants_;
    Turns turns_of_waiting_;  // databases with jobs that wait, the longest without a turn first
    std::uint64_t turns_ = 0;
    ngx_msec_t swept_ = 0;  // when the jobs that nobody waits for were last removed
    ngx_uint_t waiting_ = 0;
    Tasks tasks_;
};

}  // namespace helpdesk::ngx
