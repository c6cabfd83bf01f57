#include "db/session/server_connection.h"

#include <openssl/x509.h>

#include <algorithm>
#include <array>

#include "db/session/errors.h"
#include "db/session/plugins.h"
#include "db/session/servers.h"
#include "db/session/settings.h"
#include "text.h"

namespace helpdesk::db {
namespace {

// The most prepared statements of a connection. Statements differ by the variables that clients send, and a
// client that tries every combination must not fill the server's memory. Beyond this number the cache starts
// anew.
constexpr std::size_t most_prepared = 64;

// ER_MAX_PREPARED_STMT_COUNT_REACHED.
constexpr int too_many_statements = 1461;

// A connection that had no statement for so long may have been lost without notice.
constexpr std::chrono::milliseconds longest_silence{100};

// How often a connection that is in use is checked, since its server may be demoted.
constexpr std::chrono::seconds longest_between_looks{1};

sql::ConnectOptionsMap options(const DatabaseSettings& settings, const Server& server) {
    sql::ConnectOptionsMap options;
    options["hostName"] = server.socket.empty()
                              ? sql::SQLString("tcp://" + server.host + ":" + std::to_string(server.port))
                              : sql::SQLString("unix://" + server.socket);
    options["userName"] = sql::SQLString(settings.user);
    options["password"] = sql::SQLString(settings.password);
    options["schema"] = sql::SQLString(settings.name);
    // The connector reads variables before the session has its settings, and max_join_size may forbid that.
    options["preInit"] = sql::SQLString("SET SESSION sql_big_selects = 1");
    options["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
    options["OPT_CONNECT_TIMEOUT"] = static_cast<int>(settings.connect_timeout.count());
    options["OPT_READ_TIMEOUT"] = static_cast<int>(settings.read_timeout.count());
    options["OPT_WRITE_TIMEOUT"] = static_cast<int>(settings.read_timeout.count());
    // A lost connection ends its transaction and its prepared statements, so it must not be replaced without
    // our knowledge.
    options["OPT_RECONNECT"] = false;
    // An UPDATE that changes nothing still counts the row that it found.
    options["CLIENT_FOUND_ROWS"] = true;
    if (settings.tls != Tls::off) {
        options["sslEnforce"] = true;
        options["sslVerify"] = settings.tls == Tls::verify;
    }
    // Over a network anybody may answer, unless the certificate was checked. MySQL begins with
    // caching_sha2_password, whatever the user has, and that would be refused.
    if (server.socket.empty() && settings.tls != Tls::verify) {
        options["pluginDir"] = sql::SQLString(no_plugins);
        options["defaultAuth"] = sql::SQLString(first_plugin);
    }
    // Without an authority, libmariadb from 3.4 on trusts any server that knows the user's password.
    if (!settings.tls_ca.empty())
        options["sslCA"] = sql::SQLString(settings.tls_ca);
    else if (settings.tls == Tls::verify)
        options["sslCAPath"] = sql::SQLString(X509_get_default_cert_dir());
    return options;
}

bool server_says_it_encrypts(sql::Connection& connection) {
    const std::unique_ptr<sql::Statement> statement(connection.createStatement());
    const std::unique_ptr<sql::ResultSet> row(
        statement->executeQuery("SHOW SESSION STATUS LIKE 'Ssl_cipher'"));
    return row->next() && row->getString(2).length() > 0;
}

// libmariadb accepts a server without TLS, whatever it was told.
void expect_encryption(sql::Connection& connection, const ConnectAttempt& attempt) {
    constexpr int cr_ssl_connection_error = 2026;
    const std::optional<bool> known = attempt.is_encrypted();
    if (!(known ? *known : server_says_it_encrypts(connection)))
        throw sql::SQLException("the server does not encrypt, although tls requires it", "08001",
                                cr_ssl_connection_error);
}

std::unique_ptr<sql::Connection> connect(const DatabaseSettings& settings, const Server& server) {
    sql::ConnectOptionsMap map = options(settings, server);
    sql::Driver& library = driver();
    const ConnectAttempt attempt(settings.tls == Tls::verify);
    try {
        std::unique_ptr<sql::Connection> connection(library.connect(map));
        if (settings.tls != Tls::off)
            expect_encryption(*connection, attempt);
        return connection;
    } catch (const sql::SQLException&) {
        if (attempt.refused() == nullptr)
            throw;
        throw sql::SQLException(
            "the server asks for the plugin " + std::string(attempt.refused()) +
                ", which can tell it the password, but nothing shows that it is the right "
                "server",
            "HY000", plugin_refused);
    }
}

// The attempts of a transaction that waits for a row must end before the server counts as silent.
std::chrono::seconds lock_wait(const DatabaseSettings& settings) {
    return std::max(std::chrono::seconds(1), settings.read_timeout / (most_conflicts + 1));
}

// MySQL limits the time of SELECT statements only.
std::chrono::milliseconds statement_limit(const DatabaseSettings& settings) {
    return settings.statement_timeout.count() > 0 ? settings.statement_timeout
                                                  : std::chrono::milliseconds(settings.read_timeout) * 9 / 10;
}

// A server that accepts less could not receive our longest statements. MariaDB cuts off a list of values that
// is longer, without an error: a thousand e-mail addresses of 255 characters take a little less.
constexpr std::uint64_t least_packet = std::uint64_t{1024} * 1024;

// The connector sends longer values in pieces before the statement. Each of these values has a limit of its
// own.
constexpr std::size_t longest_inline = std::size_t{256} * 1024;

// The bytes of a parameter's type and length, and of a packet's head.
constexpr std::size_t parameter_overhead = 16;

class ResultRows : public Rows {
  public:
    explicit ResultRows(sql::ResultSet* result) : result_(result) {}

    bool next() override { return result_->next(); }
    bool is_null(unsigned column) const override { return result_->isNull(column); }
    std::string text(unsigned column) const override { return result_->getString(column); }
    std::uint64_t number(unsigned column) const override { return result_->getUInt64(column); }

  private:
    const std::unique_ptr<sql::ResultSet> result_;
};

}  // namespace

bool look_is_due(std::chrono::steady_clock::duration since_use,
                 std::chrono::steady_clock::duration since_look) {
    return since_look >= longest_between_looks || std::min(since_use, since_look) >= longest_silence;
}

// Made on first use, which is after nginx forked, and only once, whichever thread is first.
sql::Driver& driver() {
    static sql::Driver* const driver = [] {
        sql::Driver* const made = sql::mysql::get_mysql_driver_instance();
        load_plugins();
        return made;
    }();
    return *driver;
}

ServerConnection::ServerConnection(const DatabaseSettings& settings, const Server& server)
    : server_(server), name_(address(server)), connection_(connect(settings, server)) {
    open_.emplace(metric::connections_open, name_, settings.name);
    statement_.reset(connection_->createStatement());
    give_settings(settings);
    end_inherited_transaction();
}

void ServerConnection::give_settings(const DatabaseSettings& settings) {
    const SessionSql sql = session_sql(lock_wait(settings), statement_limit(settings));
    try {
        statement_->execute(sql.set);
    } catch (const sql::SQLException& error) {
        if (classify(error) != Failure::other)
            throw;
        throw unsuitable("database server " + name_ + " refused a setting: " + error.what());
    }
    const std::unique_ptr<sql::ResultSet> row(statement_->executeQuery(
        "SELECT " + sql.differences +
        ", @@SESSION.max_allowed_packet, @@log_bin AND @@SESSION.binlog_format = 'STATEMENT', "
        "IFNULL(DATABASE(), ''), SYSDATE(6) = NOW(6)"));
    row->next();
    const std::string differences = row->getString(1);
    largest_packet_ = row->getUInt64(2);
    if (!differences.empty())
        throw unsuitable("database server " + name_ + " did not take a setting: " + differences);
    if (largest_packet_ < least_packet)
        throw unsuitable("database server " + name_ +
                         " has max_allowed_packet = " + std::to_string(largest_packet_) +
                         ", which must be at least " + std::to_string(least_packet));
    const std::string schema = row->getString(4);
    // The server may store the names of databases in lower case.
    if (!text::equal_ignoring_case(schema, settings.name))
        throw unsuitable("database server " + name_ + " uses the database " + schema + " instead of " +
                         settings.name + ", perhaps because of its init_connect");
    if (row->getBoolean(3))
        throw unsuitable("database server " + name_ +
                         " has binlog_format = STATEMENT, which must be ROW or MIXED for READ COMMITTED");
    // No variable shows that option.
    if (row->getBoolean(5))
        throw unsuitable(
            "database server " + name_ +
            " runs with --sysdate-is-now: a change would have a time before that of its row's lock");
}

// The server's init_connect may have begun a transaction or locked tables, and no setting ends either. A
// Galera node without its cluster accepts the settings, but refuses both statements.
void ServerConnection::end_inherited_transaction() {
    try {
        statement_->execute("UNLOCK TABLES");
        ServerConnection::rollback();
    } catch (const sql::SQLException& error) {
        if (classify(error) != Failure::other)
            throw;
        throw unsuitable("database server " + name_ +
                         " does not end what its init_connect began: " + error.what());
    }
}

std::string ServerConnection::durability_risk() {
    std::unique_ptr<sql::ResultSet> row(
        statement_->executeQuery("SELECT @@innodb_flush_log_at_trx_commit, @@log_bin, @@sync_binlog"));
    row->next();
    std::string risk;
    if (row->getInt(1) != 1)
        risk = "innodb_flush_log_at_trx_commit = " + std::string(row->getString(1));
    if (row->getInt(2) == 1 && row->getInt(3) != 1)
        risk += (risk.empty() ? "" : " and ") + ("sync_binlog = " + std::string(row->getString(3)));
    return risk;
}

bool ServerConnection::ready() {
    return std::chrono::steady_clock::now() - last_used_ < longest_silence || connection_->isValid();
}

// MySQL's super_read_only sets read_only as well.
bool ServerConnection::takes_writes() {
    const std::unique_ptr<sql::ResultSet> row(
        statement_->executeQuery("SELECT @@global.read_only, @@global.innodb_read_only"));
    row->next();
    last_looked_ = std::chrono::steady_clock::now();
    return row->getString(1) == "0" && row->getString(2) == "0";
}

bool ServerConnection::look_is_due() const {
    const auto now = std::chrono::steady_clock::now();
    return db::look_is_due(now - last_used_, now - last_looked_);
}

std::unique_ptr<Rows> ServerConnection::query(const std::string& sql,
                                              const std::vector<Parameter>& parameters) {
    return std::make_unique<ResultRows>(bind(sql, parameters).executeQuery());
}

std::uint64_t ServerConnection::execute(const std::string& sql, const std::vector<Parameter>& parameters) {
    return static_cast<std::uint64_t>(bind(sql, parameters).executeUpdate());
}

void ServerConnection::begin() {
    before_statement_();
    statement_->execute("START TRANSACTION");
}

void ServerConnection::commit() {
    before_statement_();
    statement_->execute("COMMIT");
}

void ServerConnection::rollback() {
    statement_->execute("ROLLBACK");
}

void ServerConnection::expect_room(std::size_t bytes) const {
    if (bytes + parameter_overhead > largest_packet_)
        throw sql::SQLException(
            "a statement of " + std::to_string(bytes) +
                " bytes is larger than max_allowed_packet = " + std::to_string(largest_packet_),
            "08S01", packet_too_large);
}

void ServerConnection::expect_room(const std::vector<Parameter>& parameters) const {
    std::size_t together = 0;
    for (const Parameter& parameter : parameters) {
        const auto* text = std::get_if<std::string>(&parameter);
        const std::size_t bytes = text == nullptr ? 0 : text->size();
        if (bytes > longest_inline)
            expect_room(bytes);
        else
            together += bytes;
        together += parameter_overhead;
    }
    expect_room(together);
}

// Other connections, also those of other programs, may hold all statements that the server allows. Then this
// connection drops its own statements, and after that the idle connections drop theirs.
std::unique_ptr<sql::PreparedStatement> ServerConnection::prepare_in_little_room(const std::string& sql) {
    const std::array<std::function<void()>, 2> ways = {[this] { prepared_.clear(); }, make_room_};
    for (const auto& make_room : ways) {
        try {
            return std::unique_ptr<sql::PreparedStatement>(connection_->prepareStatement(sql));
        } catch (const sql::SQLException& error) {
            if (error.getErrorCode() != too_many_statements)
                throw;
        }
        make_room();
    }
    return std::unique_ptr<sql::PreparedStatement>(connection_->prepareStatement(sql));
}

sql::PreparedStatement& ServerConnection::prepare(const std::string& sql) {
    const auto found = prepared_.find(sql);
    if (found != prepared_.end())
        return *found->second;
    if (prepared_.size() >= most_prepared)
        prepared_.clear();
    expect_room(sql.size());
    try {
        auto statement = prepare_in_little_room(sql);
        return *prepared_.emplace(sql, std::move(statement)).first->second;
    } catch (const sql::SQLException& error) {
        // Whatever the server received, it executed nothing, so the outcome of a write is known.
        if (is_lost(error.getErrorCode()))
            throw sql::SQLException(error.what(), error.getSQLState(), gone_before_sending);
        throw;
    }
}

sql::PreparedStatement& ServerConnection::bind(const std::string& sql,
                                               const std::vector<Parameter>& parameters) {
    before_statement_();
    expect_room(parameters);
    sql::PreparedStatement& statement = prepare(sql);
    last_used_ = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto index = static_cast<unsigned>(i + 1);
        if (const auto* text = std::get_if<std::string>(&parameters[i]))
            statement.setString(index, *text);
        else if (const auto* number = std::get_if<std::uint64_t>(&parameters[i]))
            statement.setUInt64(index, *number);
        else
            statement.setNull(index, sql::DataType::VARCHAR);
    }
    return statement;
}

}  // namespace helpdesk::db
