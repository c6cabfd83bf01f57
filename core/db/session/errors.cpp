#include "db/session/errors.h"

#include <algorithm>
#include <array>

namespace helpdesk::db {
namespace {

struct Meaning {
    int number;
    Failure failure;
    std::string_view advice;  // for the operator; empty if the code of the answer says enough
};

namespace advice {
constexpr std::string_view schema = "apply all migrations with helpdesk-migrate";
constexpr std::string_view rights = "grant the user of helpdesk_database what install.md in the manual says";
constexpr std::string_view account =
    "correct user and password of helpdesk_database, or the account on the server";
constexpr std::string_view address = "start the server, or correct helpdesk_database";
constexpr std::string_view own_log = "see the server's own error log";
constexpr std::string_view memory = "the server needs more memory, or fewer connections";
constexpr std::string_view read_only =
    "the server is read-only: let it take writes, or name one that does in helpdesk_database";
constexpr std::string_view row_log =
    "set binlog_format = ROW or MIXED on the server, see server.md in the manual";
constexpr std::string_view packet = "raise max_allowed_packet on the server, or let the client send less";
constexpr std::string_view unknown = "look the number up in the server's manual";
}  // namespace advice

// ER_OPTION_PREVENTS_STATEMENT.
constexpr int option_prevents = 1290;

// Numbers of MySQL, MariaDB and the client library, as their headers name them.
constexpr std::array meanings = {
    Meaning{unsuitable_server, Failure::other,
            "correct the server's configuration, see server.md in the manual"},
    Meaning{1020, Failure::conflict, ""},                // ER_CHECKREAD: the row changed since it was read
    Meaning{1021, Failure::full, ""},                    // ER_DISK_FULL
    Meaning{1026, Failure::other, advice::own_log},      // ER_ERROR_ON_WRITE
    Meaning{1030, Failure::other, advice::own_log},      // ER_GET_ERRNO
    Meaning{1034, Failure::other, advice::own_log},      // ER_NOT_KEYFILE
    Meaning{1036, Failure::refused, advice::read_only},  // ER_OPEN_AS_READONLY, with innodb_read_only
    Meaning{1037, Failure::other, advice::memory},       // ER_OUTOFMEMORY
    Meaning{1038, Failure::other, "raise sort_buffer_size on the server"},  // ER_OUT_OF_SORTMEMORY
    Meaning{
        1040, Failure::refused,  // ER_CON_COUNT_ERROR
        "raise max_connections on the server above connections of helpdesk_database times all workers, or "
        "lower connections"},
    Meaning{1041, Failure::other, advice::memory},   // ER_OUT_OF_RESOURCES
    Meaning{1044, Failure::other, advice::rights},   // ER_DBACCESS_DENIED_ERROR
    Meaning{1045, Failure::other, advice::account},  // ER_ACCESS_DENIED_ERROR
    Meaning{1047, Failure::refused,  // ER_UNKNOWN_COM_ERROR, of a Galera node that has lost its cluster
            "bring the node back into its cluster"},
    Meaning{1049, Failure::other,
            "create the database, or correct name in helpdesk_database"},  // ER_BAD_DB_ERROR
    Meaning{1053, Failure::lost, ""},                                      // ER_SERVER_SHUTDOWN
    Meaning{1054, Failure::other, advice::schema},                         // ER_BAD_FIELD_ERROR
    Meaning{1077, Failure::lost, ""},                                      // ER_NORMAL_SHUTDOWN
    Meaning{1114, Failure::full, ""},                                      // ER_RECORD_FILE_FULL
    Meaning{1118, Failure::other,
            "raise innodb_log_file_size or innodb_redo_log_capacity on the server"},  // ER_TOO_BIG_ROWSIZE
    Meaning{1129, Failure::other,                                                     // ER_HOST_IS_BLOCKED
            "find out why its connections broke off, then FLUSH HOSTS on the server"},
    Meaning{1130, Failure::other, advice::account},  // ER_HOST_NOT_PRIVILEGED
    Meaning{1135, Failure::other, advice::memory},   // ER_CANT_CREATE_THREAD
    Meaning{1142, Failure::other, advice::rights},   // ER_TABLEACCESS_DENIED_ERROR
    Meaning{1143, Failure::other, advice::rights},   // ER_COLUMNACCESS_DENIED_ERROR
    Meaning{1146, Failure::other, advice::schema},   // ER_NO_SUCH_TABLE
    Meaning{1152, Failure::lost, advice::own_log},   // ER_ABORTING_CONNECTION
    Meaning{1153, Failure::other, advice::packet},   // ER_NET_PACKET_TOO_LARGE
    Meaning{1180, Failure::lost,
            advice::own_log},     // ER_ERROR_DURING_COMMIT, of a Galera node that lost its cluster
    Meaning{1184, Failure::lost,  // ER_NEW_ABORTING_CONNECTION
            "see the server's own error log; correct its init_connect if that failed"},
    Meaning{1194, Failure::other, advice::own_log},  // ER_CRASHED_ON_USAGE
    Meaning{1203, Failure::refused,                  // ER_TOO_MANY_USER_CONNECTIONS
            "raise max_user_connections of the user or of the server, or lower connections of "
            "helpdesk_database"},
    Meaning{1205, Failure::conflict, ""},                                          // ER_LOCK_WAIT_TIMEOUT
    Meaning{1206, Failure::other, "raise innodb_buffer_pool_size on the server"},  // ER_LOCK_TABLE_FULL
    Meaning{1213, Failure::conflict, ""},                                          // ER_LOCK_DEADLOCK
    Meaning{1226, Failure::refused,                                                // ER_USER_LIMIT_REACHED
            "raise that limit of the user of helpdesk_database: ALTER USER … WITH … 0 is without limit"},
    Meaning{1227, Failure::other, advice::rights},   // ER_SPECIFIC_ACCESS_DENIED_ERROR
    Meaning{1251, Failure::other, advice::account},  // ER_NOT_SUPPORTED_AUTH_MODE
    Meaning{option_prevents, Failure::other, "correct the option of the server that the message names"},
    Meaning{1317, Failure::other, "somebody ended the statement with KILL QUERY"},  // ER_QUERY_INTERRUPTED
    Meaning{1364, Failure::other, advice::schema},                                  // ER_NO_DEFAULT_FOR_FIELD
    Meaning{1452, Failure::conflict, ""},  // ER_NO_REFERENCED_ROW_2: what a value refers to was deleted
    Meaning{1461, Failure::refused,        // ER_MAX_PREPARED_STMT_COUNT_REACHED
            "raise max_prepared_stmt_count on the server: each connection prepares up to 64 statements"},
    Meaning{1598, Failure::other, advice::row_log},  // ER_BINLOG_LOGGING_IMPOSSIBLE
    Meaning{1615, Failure::other, "raise table_definition_cache on the server"},  // ER_NEED_REPREPARE
    Meaning{1637, Failure::refused, "use fewer threads"},  // ER_TOO_MANY_CONCURRENT_TRXS
    Meaning{1665, Failure::other, advice::row_log},        // ER_BINLOG_STMT_MODE_AND_ROW_ENGINE
    Meaning{1698, Failure::other, advice::account},        // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
    Meaning{1792, Failure::refused, advice::read_only},    // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
    Meaning{1820, Failure::other, advice::account},        // ER_MUST_CHANGE_PASSWORD
    Meaning{1836, Failure::refused, advice::read_only},    // ER_READ_ONLY_MODE
    Meaning{1862, Failure::other, advice::account},        // ER_MUST_CHANGE_PASSWORD_LOGIN
    Meaning{1878, Failure::full, ""},                      // ER_TEMP_FILE_WRITE_FAILURE
    Meaning{1927, Failure::lost, ""},                      // ER_CONNECTION_KILLED
    Meaning{1932, Failure::other, advice::own_log},        // ER_NO_SUCH_TABLE_IN_ENGINE
    Meaning{1969, Failure::timeout, ""},                   // ER_STATEMENT_TIMEOUT of MariaDB
    Meaning{2002, Failure::lost, advice::address},         // CR_CONNECTION_ERROR
    Meaning{2003, Failure::lost, advice::address},         // CR_CONN_HOST_ERROR
    Meaning{2005, Failure::lost, advice::address},         // CR_UNKNOWN_HOST
    Meaning{
        2026, Failure::lost,
        "compare tls and tls_ca of helpdesk_database with what the server has"},  // CR_SSL_CONNECTION_ERROR
    Meaning{plugin_refused, Failure::lost,
            "set tls verify in helpdesk_database, or give the user mysql_native_password or ed25519"},
    Meaning{3019, Failure::full, ""},     // ER_INNODB_UNDO_LOG_FULL
    Meaning{3024, Failure::timeout, ""},  // ER_QUERY_TIMEOUT of MySQL
    // ER_BEFORE_DML_VALIDATION_ERROR: while a MySQL group changes its primary, a member refuses writes with
    // this error before it becomes read-only.
    Meaning{3098, Failure::refused, advice::read_only},
    // ER_RUN_HOOK_ERROR: a member leaves its group while it commits, and the others may have the change.
    Meaning{3100, Failure::lost, advice::own_log},
    Meaning{3101, Failure::conflict, ""},                           // ER_TRANSACTION_ROLLBACK_DURING_COMMIT
    Meaning{3118, Failure::other, advice::account},                 // ER_ACCOUNT_HAS_BEEN_LOCKED
    Meaning{3159, Failure::other, "set tls in helpdesk_database"},  // ER_SECURE_TRANSPORT_REQUIRED
    Meaning{4031, Failure::lost, ""},                               // ER_CLIENT_INTERACTION_TIMEOUT
    Meaning{4151, Failure::other, advice::account},                 // ER_ACCOUNT_HAS_BEEN_LOCKED of MariaDB
};

Meaning meaning_of(int number) {
    const auto* found = std::find_if(meanings.begin(), meanings.end(),
                                     [&](const Meaning& meaning) { return meaning.number == number; });
    if (found != meanings.end())
        return *found;
    // These are the client library's own numbers. They do not say what the server received.
    if (number >= 2000 && number < 3000)
        return {number, Failure::lost, advice::own_log};
    return {number, Failure::other, advice::unknown};
}

// Finds --read-only, --super-read-only and --innodb-read-only, also with underscores.
bool names_read_only(std::string_view message) {
    return message.find("read-only") != std::string_view::npos ||
           message.find("read_only") != std::string_view::npos;
}

Meaning meaning_of(const sql::SQLException& error) {
    const int number = error.getErrorCode();
    if (number == option_prevents && names_read_only(error.what()))
        return {number, Failure::refused, advice::read_only};
    return meaning_of(number);
}

}  // namespace

Failure classify(const sql::SQLException& error) {
    return meaning_of(error).failure;
}

bool is_lost(int error) {
    return meaning_of(error).failure == Failure::lost;
}

std::string describe(const sql::SQLException& error) {
    const int number = error.getErrorCode();
    std::string text = number == unsuitable_server ? std::string(error.what())
                                                   : "database error " + std::to_string(number) + " (" +
                                                         error.getSQLState() + "): " + error.what();
    const std::string_view advice = meaning_of(error).advice;
    if (!advice.empty())
        text.append("; ").append(advice);
    return text;
}

sql::SQLException unsuitable(const std::string& why) {
    return {why, "HY000", unsuitable_server};
}

Problem connect_problem(const sql::SQLException& error) {
    if (error.getErrorCode() == unsuitable_server)
        return {
            code::database_unsuitable, "",
            "the database server has settings that this service cannot work with; its error log names them"};
    return connect_problem();
}

Problem connect_problem() {
    return {code::database_unavailable, "", "the database is not available, try again"};
}

}  // namespace helpdesk::db
