#include "blocks.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

#include "date.h"
#include "model/action.h"

namespace helpdesk::ngx {
namespace {

// A parameter's setter takes one value, and throws what is wrong with it.
template <typename Block>
struct Parameter {
    std::string_view name;
    void (*set)(ngx_conf_t* cf, const ngx_str_t& value, Block& block);
    bool many = false;  // takes several values, and may stand more than once
};

// A block while nginx reads it.
template <typename Block>
struct Reading {
    Block block;
    std::set<std::string_view> seen;
};

// nginx calls this for each parameter in the block.
template <typename Block, const auto& parameters>
char* read_parameter(ngx_conf_t* cf, ngx_command_t* /*command*/, void* data) noexcept {
    auto& reading = *static_cast<Reading<Block>*>(data);
    auto* arguments = static_cast<ngx_str_t*>(cf->args->elts);
    try {
        for (const Parameter<Block>& parameter : parameters) {
            if (parameter.name != view(arguments[0]))
                continue;
            if (parameter.many ? cf->args->nelts < 2 : cf->args->nelts != 2)
                throw std::invalid_argument(parameter.many ? "takes at least one value" : "takes one value");
            if (!reading.seen.insert(parameter.name).second && !parameter.many)
                throw std::invalid_argument("is duplicate");
            for (ngx_uint_t i = 1; i < cf->args->nelts; ++i)
                parameter.set(cf, arguments[i], reading.block);
            return NGX_CONF_OK;
        }
        throw std::invalid_argument("is not a parameter of this block");
    } catch (const std::exception& error) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" %s", arguments, error.what());
        return static_cast<char*>(NGX_CONF_ERROR);
    }
}

template <typename Block, const auto& parameters>
Block parse_block(ngx_conf_t* cf) {
    Reading<Block> reading;
    const ngx_conf_t saved = *cf;
    cf->handler = read_parameter<Block, parameters>;
    cf->handler_conf = &reading;
    const char* result = ngx_conf_parse(cf, nullptr);
    *cf = saved;
    if (result != NGX_CONF_OK)
        throw std::runtime_error("");
    return std::move(reading.block);
}

// The only server may also be given by `host` and `port`, or by `socket`.
struct DatabaseBlock : DatabaseSettings {
    Server server;
};

constexpr std::string_view unix_prefix = "unix:";

std::string_view non_empty(const ngx_str_t& value) {
    if (value.len == 0)
        throw std::invalid_argument("must not be empty");
    return view(value);
}

template <std::string DatabaseSettings::*field>
void set_text(ngx_conf_t* /*cf*/, const ngx_str_t& value, DatabaseBlock& database) {
    database.*field = non_empty(value);
}

template <std::chrono::seconds DatabaseSettings::*field>
void set_time(ngx_conf_t* /*cf*/, const ngx_str_t& value, DatabaseBlock& database) {
    const auto seconds = parse_seconds(value);
    if (!seconds)
        throw std::invalid_argument("must be a time from 1s to 1h in whole seconds, not \"" +
                                    std::string(view(value)) + "\"");
    database.*field = *seconds;
}

void set_statement_timeout(ngx_conf_t* /*cf*/, const ngx_str_t& value, DatabaseBlock& database) {
    ngx_str_t text = value;
    const ngx_int_t milliseconds = ngx_parse_time(&text, 0);
    if (milliseconds < 1)
        throw std::invalid_argument("must be a time such as 500ms or 5s, not \"" + std::string(view(value)) +
                                    "\"");
    database.statement_timeout = std::chrono::milliseconds(milliseconds);
}

void set_connections(ngx_conf_t* /*cf*/, const ngx_str_t& value, DatabaseBlock& database) {
    const ngx_int_t connections = ngx_atoi(value.data, value.len);
    if (connections < 1 || connections > 100'000)
        throw std::invalid_argument("must be a number from 1 to 100000, not \"" + std::string(view(value)) +
                                    "\"");
    database.connections = static_cast<unsigned>(connections);
}

template <std::string Server::*field>
void set_address(ngx_conf_t* /*cf*/, const ngx_str_t& value, DatabaseBlock& database) {
    database.server.*field = non_empty(value);
}

void set_port(ngx_conf_t* /*cf*/, const ngx_str_t& value, DatabaseBlock& database) {
    const ngx_int_t port = ngx_atoi(value.data, value.len);
    if (port < 1 || port > 65535)
        throw std::invalid_argument("must be a number from 1 to 65535, not \"" + std::string(view(value)) +
                                    "\"");
    database.server.port = static_cast<unsigned>(port);
}

// An address as nginx's upstream servers have it, then perhaps `backup`.
void add_server(ngx_conf_t* cf, const ngx_str_t& value, DatabaseBlock& database) {
    if (view(value) == "backup" && !database.servers.empty() && !database.servers.back().backup) {
        database.servers.back().backup = true;
        return;
    }
    ngx_url_t url{};
    url.url = value;
    url.default_port = Server{}.port;
    url.no_resolve = 1;
    if (ngx_parse_url(cf->pool, &url) != NGX_OK)
        throw std::invalid_argument("must be HOST, HOST:PORT or unix:PATH, not \"" +
                                    std::string(view(value)) +
                                    "\": " + (url.err == nullptr ? "it cannot be read" : url.err));
    if (url.family == AF_UNIX)
        database.servers.push_back(
            {.host = {}, .socket = std::string(view(value).substr(unix_prefix.size()))});
    else
        database.servers.push_back({.host = std::string(view(url.host)), .port = url.port, .socket = {}});
}

std::string full_path(ngx_conf_t* cf, const ngx_str_t& value) {
    ngx_str_t path = value;
    if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK)
        throw std::bad_alloc();
    return std::string(view(path));
}

std::ifstream open_file(const std::string& path) {
    std::ifstream file(path);
    file.peek();  // fails where it is a folder
    if (!file.is_open() || file.bad())
        throw std::invalid_argument("\"" + path + "\" cannot be read");
    return file;
}

// Leaves the line without its line break. What is wrong with the text: null when nothing is.
const char* take_only_line(std::string& text) {
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

// Only the master needs to be able to read the file: workers inherit the password.
void set_password_file(ngx_conf_t* cf, const ngx_str_t& value, DatabaseBlock& database) {
    const std::string path = full_path(cf, value);
    std::ifstream file = open_file(path);
    std::string password(std::istreambuf_iterator<char>(file), {});
    if (const char* fault = take_only_line(password))
        throw std::invalid_argument("\"" + path + "\" " + fault);
    database.password = std::move(password);
}

void set_tls(ngx_conf_t* /*cf*/, const ngx_str_t& value, DatabaseBlock& database) {
    const std::string_view word = view(value);
    if (word == "off")
        database.tls = Tls::off;
    else if (word == "on")
        database.tls = Tls::on;
    else if (word == "verify")
        database.tls = Tls::verify;
    else
        throw std::invalid_argument("must be \"off\", \"on\" or \"verify\", not \"" + std::string(word) +
                                    "\"");
}

void set_failback(ngx_conf_t* /*cf*/, const ngx_str_t& value, DatabaseBlock& database) {
    const std::string_view word = view(value);
    if (word != "on" && word != "off")
        throw std::invalid_argument("must be \"on\" or \"off\", not \"" + std::string(word) + "\"");
    database.failback = word == "on";
}

void set_tls_ca(ngx_conf_t* cf, const ngx_str_t& value, DatabaseBlock& database) {
    database.tls_ca = full_path(cf, value);
    open_file(database.tls_ca);
}

constexpr Parameter<DatabaseBlock> database_parameters[] = {
    {"server", add_server, true},
    {"failback", set_failback},
    {"host", set_address<&Server::host>},
    {"port", set_port},
    {"socket", set_address<&Server::socket>},
    {"user", set_text<&DatabaseSettings::user>},
    {"password_file", set_password_file},
    {"name", set_text<&DatabaseSettings::name>},
    {"connect_timeout", set_time<&DatabaseSettings::connect_timeout>},
    {"read_timeout", set_time<&DatabaseSettings::read_timeout>},
    {"statement_timeout", set_statement_timeout},
    {"connections", set_connections},
    {"idle_timeout", set_time<&DatabaseSettings::idle_timeout>},
    {"tls", set_tls},
    {"tls_ca", set_tls_ca},
};

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" || host == "[::1]" || host.starts_with("127.");
}

void warn_of_unverified_servers(ngx_conf_t* cf, const DatabaseSettings& settings) {
    if (settings.tls == Tls::verify)
        return;
    for (const Server& server : settings.servers)
        if (server.socket.empty() && !is_loopback(server.host))
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "\"helpdesk_database\" goes to %s over a network without \"tls verify\": "
                               "whoever is between can read and change all that is sent",
                               server.host.c_str());
}

struct KeyBlock {
    std::optional<Sha256> hash;
    Key key;
};

// A wrong value is not shown: it may be the key itself.
void set_sha256(ngx_conf_t* /*cf*/, const ngx_str_t& value, KeyBlock& block) {
    block.hash = parse_sha256(view(value));
    if (!block.hash)
        throw std::invalid_argument("must be 64 hexadecimal digits");
}

template <typename T>
void add_once(std::vector<T>& list, const T& item, const ngx_str_t& value) {
    if (std::find(list.begin(), list.end(), item) != list.end())
        throw std::invalid_argument("names \"" + std::string(view(value)) + "\" twice");
    list.push_back(item);
}

void add_action(ngx_conf_t* /*cf*/, const ngx_str_t& value, KeyBlock& block) {
    const Action* action = find_action(view(value));
    if (action == nullptr)
        throw std::invalid_argument("names \"" + std::string(view(value)) + "\", which is no action");
    add_once(block.key.actions, action, value);
}

void add_network(ngx_conf_t* /*cf*/, const ngx_str_t& value, KeyBlock& block) {
    const auto network = parse_network(view(value));
    if (!network)
        throw std::invalid_argument(
            "must be \"unix:\", an address, or a network such as 192.0.2.0/24 or 2001:db8::/32 without bits "
            "beyond its prefix, not \"" +
            std::string(view(value)) + "\"");
    add_once(block.key.networks, *network, value);
}

void set_expires(ngx_conf_t* /*cf*/, const ngx_str_t& value, KeyBlock& block) {
    block.key.last_day = parse_day(view(value));
    if (!block.key.last_day)
        throw std::invalid_argument("must be a day such as 2030-12-31, not \"" + std::string(view(value)) +
                                    "\"");
}

void set_max_calls(ngx_conf_t* /*cf*/, const ngx_str_t& value, KeyBlock& block) {
    constexpr ngx_int_t most_calls = 1'000'000;
    const ngx_int_t most = ngx_atoi(value.data, value.len);
    if (most < 1 || most > most_calls)
        throw std::invalid_argument("must be a number from 1 to " + std::to_string(most_calls) + ", not \"" +
                                    std::string(view(value)) + "\"");
    block.key.limit = std::make_shared<CallLimit>(static_cast<unsigned>(most));
}

constexpr Parameter<KeyBlock> key_parameters[] = {
    {"sha256", set_sha256},   {"actions", add_action, true}, {"allow", add_network, true},
    {"expires", set_expires}, {"max_calls", set_max_calls},
};

}  // namespace

std::optional<std::chrono::seconds> parse_seconds(ngx_str_t text) {
    constexpr ngx_int_t longest = 3600;
    const ngx_int_t seconds = ngx_parse_time(&text, 1);
    if (seconds < 1 || seconds > longest)
        return std::nullopt;
    return std::chrono::seconds(seconds);
}

const DatabaseSettings* parse_database_block(ngx_conf_t* cf) {
    auto settings = parse_block<DatabaseBlock, database_parameters>(cf);
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

Key parse_key_block(ngx_conf_t* cf, std::string name) {
    KeyBlock block = parse_block<KeyBlock, key_parameters>(cf);
    if (!block.hash)
        throw std::invalid_argument("\"" + name + "\" needs \"sha256\"");
    block.key.name = std::move(name);
    block.key.hash = *block.hash;
    return std::move(block.key);
}

}  // namespace helpdesk::ngx
