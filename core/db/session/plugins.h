// Keeps the database password from a server that may not be the right one. libmariadb uses whichever plugin
// for authentication the server asks for, and four of them can tell the server the password:
// mysql_clear_password and dialog send it as it is; caching_sha2_password and sha256_password send it inside
// of TLS, or encrypted for a key that the server sends.
//
// These four are guarded. All may be used by a unix socket and after the server's certificate was checked,
// the latter two also with a loopback address. Oracle's library has no such guard.
//
// The plugins also receive the library's handle of the connection, which the connector does not give away.
#pragma once

#include <optional>

namespace helpdesk::db {

// A folder for plugins that is always empty. A connection to it uses only plugins that are loaded or built
// in.
inline constexpr auto no_plugins = "/dev/null";

// The plugin with which a connection begins. It is built into libmariadb, and proves the password. The server
// asks for another one if the user has another one.
inline constexpr auto first_plugin = "mysql_native_password";

// Loads the usual plugins and guards those that can tell the password, once in a process. Call it before the
// first connection, when there is memory: the library keeps one list of plugins for all connections of a
// process, and does not guard one that it loads later.
void load_plugins() noexcept;

// An attempt of this thread to connect. The guarded plugins are refused outside of an attempt, as they are
// for a server that nobody verified.
class ConnectAttempt {
  public:
    // `verifies`: the library checks the server's certificate before it authenticates.
    explicit ConnectAttempt(bool verifies) noexcept;
    ConnectAttempt(const ConnectAttempt&) = delete;
    ConnectAttempt& operator=(const ConnectAttempt&) = delete;
    ~ConnectAttempt();

    // Returns the name of the plugin that the server asked for and was refused, or null.
    const char* refused() const noexcept;

    // Returns whether the connection that was made is encrypted, as the library on our side sees it. The
    // server's own word would be worth nothing: one that strips TLS would lie. Returns nothing if the library
    // is not libmariadb. Must be called before the connection is closed.
    std::optional<bool> is_encrypted() const noexcept;
};

}  // namespace helpdesk::db
