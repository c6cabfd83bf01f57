#include "database_block.hpp"

#include <arpa/inet.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "block.hpp"

namespace helpdesk::ngx {
namespace {

// A block with a single server may name it by `host` and `port`, or by `socket`.
struct DatabaseBlock : DatabaseSettings {
    Server server;
};

Server& part_of(DatabaseBlock& block, const Server* /*which*/) {
    return block.server;
}

constexpr std::string_view unix_prefix = "unix:";

void read_statement_timeout(ngx_conf_t* /*cf*/, Values values, DatabaseBlock& database) {
    ngx_str_t text = values[0];
    const ngx_int_t milliseconds = ngx_parse_time(&text, 0);
    if (milliseconds < 1)
        throw wrong_value("must be a time such as 500ms or 5s", values[0]);
    database.statement_timeout = std::chrono::milliseconds(milliseconds);
}

void add_server(ngx_conf_t* cf, const ngx_str_t& value, DatabaseBlock& database) {
    ngx_url_t url{};
    url.url = value;
    url.default_port = Server{}.port;
    url.no_resolve = 1;
    if (ngx_parse_url(cf->pool, &url) != NGX_OK)
        throw std::invalid_argument(wrong_value("must be HOST, HOST:PORT or unix:PATH", value).what() +
                                    std::string(": ") + (url.err == nullptr ? "it cannot be read" : url.err));
    if (url.family == AF_UNIX)
        database.servers.push_back(
            {.host = {}, .socket = std::string(view(value).substr(unix_prefix.size()))});
    else
        database.servers.push_back({.host = std::string(view(url.host)), .port = url.port, .socket = {}});
}

// Reads addresses as nginx's upstream servers have them, each perhaps with `backup` after it.
void add_servers(ngx_conf_t* cf, Values values, DatabaseBlock& database) {
    for (const ngx_str_t& value : values) {
        if (view(value) == "backup" && !database.servers.empty() && !database.servers.back().backup)
            database.servers.back().backup = true;
        else
            add_server(cf, value, database);
    }
}

std::string full_path(ngx_conf_t* cf, const ngx_str_t& value) {
    ngx_str_t path = value;
    if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK)
        throw std::bad_alloc();
    return std::string(view(path));
}

std::ifstream open_file(const std::string& path) {
    std::ifstream file(path);
    file.peek();  // fails if it is a folder
    if (!file.is_open() || file.bad())
        throw std::invalid_argument("\"" + path + "\" cannot be read");
    return file;
}

// Removes the line break at the end. Returns what is wrong with the rest, or null if it is one line of text.
const char* strip_line_break(std::string& text) {
    if (text.ends_with('\n'))
        text.pop_back();
    if (text.ends_with('\r'))
        text.pop_back();
    if (text.empty())
        return "is empty";
    if (text.find('\0') != std::string::npos)
        return "has a NUL byte; it must be of one line of text";
    if (text.find_first_of("\r\n") != std::string::npos)
        return "has more than one line";
    return text.starts_with("\xEF\xBB\xBF") ? "begins with a byte order mark, which is no part of a password"
                                            : nullptr;
}

// Only the master must be able to read the file, because the workers inherit the password.
void read_password_file(ngx_conf_t* cf, Values values, DatabaseBlock& database) {
    const std::string path = full_path(cf, values[0]);
    std::ifstream file = open_file(path);
    std::string password(std::istreambuf_iterator<char>(file), {});
    if (const char* fault = strip_line_break(password))
        throw std::invalid_argument("\"" + path + "\" " + fault);
    database.password = std::move(password);
}

void read_tls_ca(ngx_conf_t* cf, Values values, DatabaseBlock& database) {
    database.tls_ca = full_path(cf, values[0]);
    open_file(database.tls_ca);
}

constexpr Word<bool> on_off[] = {{"on", true}, {"off", false}};
constexpr Word<Tls> tls_words[] = {{"off", Tls::off}, {"on", Tls::on}, {"verify", Tls::verify}};

// clang-format off
constexpr Row<DatabaseBlock> database_parameters[] = {
    {"server",            some_values, by<add_servers>, true},
    {"failback",          one_value,   word<on_off, &DatabaseSettings::failback>},
    {"host",              one_value,   text_of<&Server::host>},
    {"port",              one_value,   number<&Server::port, 1, 65535>},
    {"socket",            one_value,   text_of<&Server::socket>},
    {"user",              one_value,   text_of<&DatabaseSettings::user>},
    {"password_file",     one_value,   by<read_password_file>},
    {"name",              one_value,   text_of<&DatabaseSettings::name>},
    {"connect_timeout",   one_value,   seconds<&DatabaseSettings::connect_timeout>},
    {"read_timeout",      one_value,   seconds<&DatabaseSettings::read_timeout>},
    {"statement_timeout", one_value,   by<read_statement_timeout>},
    {"connections",       one_value,   number<&DatabaseSettings::connections, 1, 100'000>},
    {"idle_timeout",      one_value,   seconds<&DatabaseSettings::idle_timeout>},
    {"tls",               one_value,   word<tls_words, &DatabaseSettings::tls>},
    {"tls_ca",            one_value,   by<read_tls_ca>},
};
// clang-format on

bool is_loopback(std::string_view host) {
    in_addr address{};
    return host == "localhost" || host == "::1" || host == "[::1]" ||
           (host.starts_with("127.") && inet_pton(AF_INET, std::string(host).c_str(), &address) == 1);
}

void warn_of_unverified_servers(ngx_conf_t* cf, const DatabaseSettings& settings) {
    if (settings.tls == Tls::verify)
        return;
    for (const Server& server : settings.servers)
        if (server.socket.empty() && !is_loopback(server.host))
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "\"helpdesk_database\" goes to %s over a network without \"tls verify\": "
                               "anybody on the way can read and change all that is sent",
                               server.host.c_str());
}

}  // namespace

const DatabaseSettings* read_database_block(ngx_conf_t* cf) {
    auto settings = read_block<DatabaseBlock, database_parameters>(cf);
    if (settings.user.empty())
        throw std::invalid_argument("needs \"user\"");
    if (settings.name.empty())
        throw std::invalid_argument("needs \"name\", the name of the database");
    const Server& server = settings.server;
    const bool has_host = !server.host.empty();
    const bool has_socket = !server.socket.empty();
    if (int{!settings.servers.empty()} + int{has_host} + int{has_socket} != 1)
        throw std::invalid_argument("needs either \"server\", \"host\" or \"socket\"");
    if (has_host || has_socket)
        settings.servers.push_back(server);
    if (settings.servers.front().backup && settings.servers.size() == 1)
        throw std::invalid_argument("has no server but a backup");
    if (settings.statement_timeout > settings.read_timeout)
        throw std::invalid_argument("has a \"statement_timeout\" longer than its \"read_timeout\"");
    settings.warn = [](const std::string& text) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0, "helpdesk: %s", text.c_str());
    };
    if (settings.tls == Tls::off && !settings.tls_ca.empty())
        throw std::invalid_argument("has \"tls_ca\" without \"tls on\" or \"tls verify\"");
    warn_of_unverified_servers(cf, settings);
    return make<DatabaseSettings>(cf->pool, std::move(settings));
}

}  // namespace helpdesk::ngx
