// The size of a thread pool, from its thread_pool directive.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

struct PoolSize {
    ngx_uint_t threads;
    ngx_uint_t max_queue;
};

// Returns the size of a pool that the worker runs. If this nginx lays its pools out in a way that we do not
// know, returns a small size.
PoolSize size_of(const ngx_thread_pool_t* pool);

}  // namespace helpdesk::ngx
