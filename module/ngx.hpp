// The only file that includes nginx's headers.
#pragma once

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>
#include <ngx_thread_pool.h>
}

#include <new>
#include <string_view>
#include <utility>

extern "C" ngx_module_t ngx_http_helpdesk_module;

namespace helpdesk::ngx {

inline std::string_view view(const ngx_str_t& text) {
    return {reinterpret_cast<const char*>(text.data), text.len};
}

// Makes an object that lives as long as the pool. Throws std::bad_alloc.
template <typename T, typename... Arguments>
T* make(ngx_pool_t* pool, Arguments&&... arguments) {
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, sizeof(T));
    if (cleanup == nullptr)
        throw std::bad_alloc();
    T* object = new (cleanup->data) T(std::forward<Arguments>(arguments)...);
    cleanup->handler = [](void* data) { static_cast<T*>(data)->~T(); };
    return object;
}

// Copies the text into the pool. Throws std::bad_alloc.
inline ngx_str_t copy(ngx_pool_t* pool, std::string_view text) {
    auto* data = static_cast<u_char*>(ngx_pnalloc(pool, text.size()));
    if (data == nullptr)
        throw std::bad_alloc();
    ngx_memcpy(data, text.data(), text.size());
    return {text.size(), data};
}

}  // namespace helpdesk::ngx
