// What a thread_pool directive says of its pool.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

struct PoolSize {
    ngx_uint_t threads;
    ngx_uint_t max_queue;
};

// Of a pool that the worker runs. Where this nginx lays its pools out in another way than those we know, a
// small size is assumed.
PoolSize size_of(const ngx_thread_pool_t* pool);

}  // namespace helpdesk::ngx
