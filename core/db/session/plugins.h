// The client library's plugins for authentication. libmariadb loads whichever one the server asks for, and
// two of them tell the server the password itself: mysql_clear_password and dialog. A server that is not
// known to be the right one must not get them.
#pragma once

namespace helpdesk::db {

// A folder for plugins that never has any: a connection to it uses those that are loaded and built in.
inline constexpr auto no_plugins = "/dev/null";

// Loads those that prove a password without telling it. For once in a process, before the first connection.
void load_safe_plugins() noexcept;

}  // namespace helpdesk::db
