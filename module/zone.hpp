// Memory that all workers share, which nginx keeps at a reload.
#pragma once

#include <cstddef>
#include <new>
#include <span>

#include "ngx.hpp"

namespace helpdesk::ngx {

// Adds a zone of `size` bytes. When it exists, hands nearly all of it to `share`, which takes it over. The
// bytes are zero, or as they were before a reload. Throws std::bad_alloc.
template <void (*share)(std::span<std::byte>), std::size_t size>
void add_zone(ngx_conf_t* cf, std::string_view zone_name) {
    // nginx needs the rest to manage the zone.
    static constexpr std::size_t usable = size - (std::size_t{64} << 10U);
    ngx_str_t name = copy(cf->pool, zone_name);
    ngx_shm_zone_t* zone = ngx_shared_memory_add(cf, &name, size, &ngx_http_helpdesk_module);
    if (zone == nullptr)
        throw std::bad_alloc();
    zone->init = [](ngx_shm_zone_t* added, void* before_reload) noexcept -> ngx_int_t {
        added->data = before_reload != nullptr
                          ? before_reload
                          : ngx_slab_calloc(reinterpret_cast<ngx_slab_pool_t*>(added->shm.addr), usable);
        if (added->data == nullptr)
            return NGX_ERROR;
        share({static_cast<std::byte*>(added->data), usable});
        return NGX_OK;
    };
}

}  // namespace helpdesk::ngx
