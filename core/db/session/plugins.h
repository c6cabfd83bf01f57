// Loads the client library's plugins for authentication. libmariadb loads whichever one the server asks for,
// and two of them send the server the password itself: mysql_clear_password and dialog. A server whose
// identity was not checked must not get them.
#pragma once

namespace helpdesk::db {

// A folder for plugins that is always empty. A connection to it uses only plugins that are loaded or built
// in.
inline constexpr auto no_plugins = "/dev/null";

// Loads the plugins that prove a password without sending it. Call it once in a process, before the first
// connection.
void load_safe_plugins() noexcept;

}  // namespace helpdesk::db
