// Connections to databases that nobody uses any more, which a thread has to close.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// Sees to it that a thread of the pool closes idle connections when their time is over, once a second for as
// long as there are any. To be called after the pool's threads did something.
void watch_idle_connections(ngx_thread_pool_t* pool) noexcept;

}  // namespace helpdesk::ngx
