// Connections to databases that nobody uses any more, which a thread has to close.
#pragma once

#include "worker_queue.hpp"

namespace helpdesk::ngx {

// Sees to it that a thread of this queue's pool closes idle connections when their time is over: once a
// second, when a thread is free, for as long as there are any. To be called after the pool's threads did
// something.
void watch_idle_connections(WorkerQueue& queue) noexcept;

}  // namespace helpdesk::ngx
