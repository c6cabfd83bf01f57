// The kinds of work that threads do, and how many threads each may have. Includes nothing of nginx, so that
// unit tests can ask it.
#pragma once

#include <array>
#include <cstddef>
#include <numeric>
#include <optional>

namespace helpdesk::ngx {

// Each database has a queue for each lane.
enum class Lane {
    look_up,      // reads that share statements
    write,        // writes that share statements
    health,       // checks of the database
    read,         // other reads that are short
    transaction,  // other writes
    bulk,         // what takes long
    hash,         // passwords of requests
    sign_in,      // passwords of those who sign in
    body,         // large bodies
    strangers_body,
    errand,  // what is no job
};
inline constexpr std::size_t lanes = 11;

// How the jobs of a lane go to threads.
struct Rules {
    std::size_t most_tasks = 0;        // of a database, out at the same time; 0: no bound
    std::size_t most_jobs = 1;         // in a task
    unsigned patience = 0;             // in ms; a job that has waited for so long goes in spite of most_tasks
    unsigned quarters_of_queue = 4;    // of max_queue, that jobs of the lane may take
    unsigned quarters_of_threads = 4;  // that its tasks may take, but at least one
    // Its tasks may keep their threads for long, because they wait for a row that somebody has locked, or
    // meet many rows. All such tasks together leave a quarter of the threads, but at least one, to the
    // others.
    bool may_take_long = false;
};

const Rules& rules_of(Lane lane);

// Returns the lane that goes before this one, which anybody can fill, as one for requests with a key. Returns
// nothing if there is none.
std::optional<Lane> lane_before(Lane lane);

// Counts the tasks that are out.
class Tasks {
  public:
    void begin(Lane lane) { ++by_lane_.at(static_cast<std::size_t>(lane)); }
    void end(Lane lane) { --by_lane_.at(static_cast<std::size_t>(lane)); }

    std::size_t of(Lane lane) const { return by_lane_.at(static_cast<std::size_t>(lane)); }
    std::size_t all() const { return std::accumulate(by_lane_.begin(), by_lane_.end(), std::size_t{0}); }
    std::size_t that_may_take_long() const;

  private:
    std::array<std::size_t, lanes> by_lane_ = {};
};

// Returns how many more tasks of the lane these threads may have, beside those that are out. A single thread
// may have any.
std::size_t room(Lane lane, const Tasks& out, std::size_t threads);

}  // namespace helpdesk::ngx
