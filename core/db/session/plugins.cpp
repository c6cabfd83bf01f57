#include "db/session/plugins.h"

#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace helpdesk::db {
namespace {

// Declared as libmariadb declares them, in headers that the connector does not need. They are the same in all
// its versions from 3.0 on.
struct TransportInfo {
    int protocol;
    int socket;
};

struct Transport {
    int (*read_packet)(Transport* transport, unsigned char** data);
    int (*write_packet)(Transport* transport, const unsigned char* data, int length);
    void (*info)(Transport* transport, TransportInfo* info);
};

using Authenticate = int (*)(Transport* transport, void* handle);

struct Plugin {
    int type;
    unsigned interface_version;
    const char* name;
    const char* author;
    const char* description;
    std::array<unsigned, 3> version;
    const char* license;
    void* api;
    void (*init)();
    void (*deinit)();
    void (*options)();
    Authenticate authenticate;
};

using Init = void* (*)(void* handle);
using Find = Plugin* (*)(void* handle, const char* name, int type);
using Close = void (*)(void* handle);

constexpr int authentication = 2;  // MYSQL_CLIENT_AUTHENTICATION_PLUGIN
constexpr int failed = 0;          // CR_ERROR

struct Guarded {
    const char* name;
    bool loopback;  // whether a loopback address is enough
};

constexpr std::array guarded = {
    Guarded{"caching_sha2_password", true},
    Guarded{"sha256_password", true},
    Guarded{"mysql_clear_password", false},
    Guarded{"dialog", false},
};

constexpr std::array proving = {first_plugin, "client_ed25519", "parsec"};

// The plugins' own functions. They are written before the first connection and only read after that.
std::array<Authenticate, guarded.size()> originals{};
std::array<Authenticate, proving.size()> proving_originals{};

// Tells which cipher a handle's connection uses; null if it is not encrypted.
using Cipher = const char* (*)(void* handle);
Cipher cipher_of = nullptr;

thread_local bool certificate_is_checked = false;
thread_local const char* refused_plugin = nullptr;
thread_local void* last_handle = nullptr;  // with which the library last authenticated

template <typename Function>
Function find(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

// Asks the socket for its peer's address, since a name such as localhost may resolve to anything.
bool is_known(Transport* transport, bool loopback) {
    if (certificate_is_checked)
        return true;
    TransportInfo info{};
    transport->info(transport, &info);
    sockaddr_storage peer{};
    socklen_t length = sizeof(peer);
    if (getpeername(info.socket, reinterpret_cast<sockaddr*>(&peer), &length) != 0)
        return false;
    switch (peer.ss_family) {
        case AF_UNIX:
            return true;
        case AF_INET:
            return loopback &&
                   ntohl(reinterpret_cast<const sockaddr_in&>(peer).sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
        case AF_INET6:
            return loopback &&
                   IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr) != 0;
        default:
            return false;
    }
}

// Stands in for the function of a guarded plugin. The library calls it before it sends anything for the
// plugin.
template <std::size_t index>
int guard(Transport* transport, void* handle) {
    last_handle = handle;
    if (is_known(transport, guarded[index].loopback))
        return originals[index](transport, handle);
    refused_plugin = guarded[index].name;
    return failed;
}

// Stands in for the function of a plugin that proves the password.
template <std::size_t index>
int note(Transport* transport, void* handle) {
    last_handle = handle;
    return proving_originals[index](transport, handle);
}

template <std::size_t... indexes>
constexpr std::array<Authenticate, guarded.size()> make_guards(std::index_sequence<indexes...>) {
    return {guard<indexes>...};
}

template <std::size_t... indexes>
constexpr std::array<Authenticate, proving.size()> make_notes(std::index_sequence<indexes...>) {
    return {note<indexes>...};
}

constexpr auto guards = make_guards(std::make_index_sequence<guarded.size()>());
constexpr auto notes = make_notes(std::make_index_sequence<proving.size()>());

void load() noexcept {
    const auto init = find<Init>("mysql_init");
    const auto find_plugin = find<Find>("mysql_client_find_plugin");
    const auto close = find<Close>("mysql_close");
    // The plugins of Oracle's library look different.
    const bool is_libmariadb = dlsym(RTLD_DEFAULT, "mariadb_get_infov") != nullptr;
    if (init == nullptr || find_plugin == nullptr || close == nullptr || !is_libmariadb)
        return;
    void* handle = init(nullptr);
    if (handle == nullptr)
        return;
    // If the library does not have the plugin, nothing is lost.
    const auto replace = [&](const char* name, Authenticate& original, Authenticate function) {
        Plugin* plugin = find_plugin(handle, name, authentication);
        if (plugin != nullptr)
            original = std::exchange(plugin->authenticate, function);
    };
    for (std::size_t i = 0; i < proving.size(); ++i)
        replace(proving[i], proving_originals[i], notes[i]);
    for (std::size_t i = 0; i < guarded.size(); ++i)
        replace(guarded[i].name, originals[i], guards[i]);
    close(handle);
    cipher_of = find<Cipher>("mysql_get_ssl_cipher");
}

}  // namespace

void load_plugins() noexcept {
    [[maybe_unused]] static const bool loaded = (load(), true);
}

ConnectAttempt::ConnectAttempt(bool verifies) noexcept {
    certificate_is_checked = verifies;
    refused_plugin = nullptr;
    last_handle = nullptr;
}

ConnectAttempt::~ConnectAttempt() {
    certificate_is_checked = false;
}

const char* ConnectAttempt::refused() const noexcept {
    return refused_plugin;
}

std::optional<bool> ConnectAttempt::is_encrypted() const noexcept {
    if (cipher_of == nullptr)
        return std::nullopt;
    return last_handle != nullptr && cipher_of(last_handle) != nullptr;
}

}  // namespace helpdesk::db
