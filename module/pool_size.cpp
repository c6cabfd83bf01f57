// nginx does not publish the structure of a pool. In all versions since thread pools came (1.7.11), these
// members follow the pool's lock and queue. To check that they do in this version, nginx must find the pool
// by the name that we read.
#include "pool_size.hpp"

#include <array>

namespace helpdesk::ngx {
namespace {

struct KnownPool {
    // The lock, its condition, and the two ends and the length of the queue.
    std::array<char, sizeof(ngx_thread_mutex_t) + sizeof(ngx_thread_cond_t) + 3 * sizeof(void*)>
        lock_and_queue;
    ngx_log_t* log;
    ngx_str_t name;
    ngx_uint_t threads;
    ngx_int_t max_queue;
};

bool is_known(const ngx_thread_pool_t* pool, const KnownPool& known) {
    constexpr ngx_uint_t most_threads = 65'536;
    constexpr std::size_t longest_name = 255;
    if (known.name.data == nullptr || known.name.len == 0 || known.name.len > longest_name ||
        known.threads == 0 || known.threads > most_threads || known.max_queue < 0)
        return false;
    ngx_str_t name = known.name;
    return ngx_thread_pool_get(const_cast<ngx_cycle_t*>(ngx_cycle), &name) == pool;
}

}  // namespace

PoolSize size_of(const ngx_thread_pool_t* pool) {
    constexpr PoolSize assumed{.threads = 4, .max_queue = 1024};
    const auto& known = *reinterpret_cast<const KnownPool*>(pool);
    if (!is_known(pool, known))
        return assumed;
    return {.threads = known.threads, .max_queue = static_cast<ngx_uint_t>(known.max_queue)};
}

}  // namespace helpdesk::ngx
