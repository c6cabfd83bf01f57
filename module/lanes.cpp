#include "lanes.hpp"

#include <algorithm>

#include "db/database.h"

namespace helpdesk::ngx {
namespace {

constexpr unsigned long_patience = 60'000;

// Two tasks of jobs that share statements are out at the same time: one is at the database while the next is
// on its way. Further jobs gather in the meantime, but not for long, because both tasks may wait for a locked
// row. Only one task asks for the health of a database, even when the database hangs.
constexpr std::array<Rules, lanes> rules = {{
    {.most_tasks = 2, .most_jobs = most_grouped, .patience = 10},                         // look_up
    {.most_tasks = 2, .most_jobs = most_grouped, .patience = 10, .may_take_long = true},  // write
    {.most_tasks = 1, .most_jobs = most_grouped, .patience = long_patience},              // health
    {},                                                                                   // read
    {.may_take_long = true},                                                              // transaction
    {.quarters_of_threads = 2, .may_take_long = true},                                    // bulk
    {},                                                                                   // hash
    {.quarters_of_queue = 3},                                                             // sign_in
    {.most_tasks = 1, .patience = long_patience},                                         // body
    {.most_tasks = 1, .patience = long_patience, .quarters_of_queue = 1, .quarters_of_threads = 1},
    {},  // errand
}};

// Returns so many quarters of the threads, but at least one.
std::size_t part(std::size_t threads, unsigned quarters) {
    return std::max<std::size_t>(1, threads * quarters / 4);
}

std::size_t left(std::size_t most, std::size_t taken) {
    return most - std::min(most, taken);
}

}  // namespace

const Rules& rules_of(Lane lane) {
    return rules.at(static_cast<std::size_t>(lane));
}

std::optional<Lane> lane_before(Lane lane) {
    switch (lane) {
        case Lane::sign_in:
            return Lane::hash;
        case Lane::strangers_body:
            return Lane::body;
        default:
            return std::nullopt;
    }
}

std::size_t Tasks::that_may_take_long() const {
    std::size_t count = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane)
        if (rules.at(lane).may_take_long)
            count += by_lane_.at(lane);
    return count;
}

std::size_t room(Lane lane, const Tasks& out, std::size_t threads) {
    const Rules& rule = rules_of(lane);
    const std::size_t room =
        std::min(left(threads, out.all()), left(part(threads, rule.quarters_of_threads), out.of(lane)));
    if (!rule.may_take_long)
        return room;
    const std::size_t most = std::max<std::size_t>(1, threads - part(threads, 1));
    return std::min(room, left(most, out.that_may_take_long()));
}

}  // namespace helpdesk::ngx
