#include "db/session/plugins.h"

#include <dlfcn.h>

namespace helpdesk::db {
namespace {

// As the library declares them, whose headers the connector does not need. Its versions have kept them.
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
    // Oracle's connector has its library built in, which gives no server the password itself unless it is
    // told.
    if (init == nullptr || load == nullptr || close == nullptr)
        return;
    void* handle = init(nullptr);
    if (handle == nullptr)
        return;
    // One that the library has built in, or does not have, is none the worse for it.
    for (const char* name : {"caching_sha2_password", "sha256_password", "client_ed25519", "parsec"})
        load(handle, name, authentication, 0);
    close(handle);
}

}  // namespace helpdesk::db
