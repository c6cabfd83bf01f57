// Closing connections to databases that nobody uses any more, in a thread because that may block.
#pragma once

#include "worker_queue.hpp"

namespace helpdesk::ngx {

// Lets a thread of this queue's pool close idle connections whose time is over: once a second, when a thread
// is free, for as long as there are any. To be called after the pool's threads did something.
void watch_idle_connections(WorkerQueue& queue) noexcept;

}  // namespace helpdesk::ngx
