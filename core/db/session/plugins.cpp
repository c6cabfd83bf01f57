#include "db/session/plugins.h"

#include <dlfcn.h>

#include <initializer_list>

namespace helpdesk::db {
namespace {

// Declared as the library declares them, in headers that the connector does not need. They are the same in
// all its versions.
using Init = void* (*)(void* handle);
using Load = void* (*)(void* handle, const char* name, int type, int arguments, ...);
using Close = void (*)(void* handle);

template <typename Function>
Function find(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

constexpr int authentication = 2;  // MYSQL_CLIENT_AUTHENTICATION_PLUGIN

}  // namespace

void load_safe_plugins() noexcept {
    const auto init = find<Init>("mysql_init");
    const auto load = find<Load>("mysql_load_plugin");
    const auto close = find<Close>("mysql_close");
    // Oracle's connector contains its library, which sends no server the password itself unless it is told
    // to.
    if (init == nullptr || load == nullptr || close == nullptr)
        return;
    void* handle = init(nullptr);
    if (handle == nullptr)
        return;
    // If the library contains the plugin, or does not have it, loading fails and nothing is lost.
    for (const char* name : {"caching_sha2_password", "sha256_password", "client_ed25519", "parsec"})
        load(handle, name, authentication, 0);
    close(handle);
}

}  // namespace helpdesk::db
