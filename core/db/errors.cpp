#include "errors.h"

namespace helpdesk::db {

Failure classify(const sql::SQLException& error) {
    if (is_lost(error.getErrorCode()))
        return Failure::lost;
    switch (error.getErrorCode()) {
        case 1047:  // ER_UNKNOWN_COM_ERROR, of a Galera node that has lost its cluster
        case 1290:  // ER_OPTION_PREVENTS_STATEMENT: read only
        case 1836:  // ER_READ_ONLY_MODE
            return Failure::refused;
        case 1020:  // ER_CHECKREAD: the row changed since it was read
        case 1213:  // ER_LOCK_DEADLOCK
        case 1205:  // ER_LOCK_WAIT_TIMEOUT
        case 1452:  // ER_NO_REFERENCED_ROW_2: what a value refers to was deleted meanwhile
            return Failure::conflict;
        case 1969:  // ER_STATEMENT_TIMEOUT of MariaDB
        case 3024:  // ER_QUERY_TIMEOUT of MySQL
            return Failure::timeout;
        case 1021:  // ER_DISK_FULL
        case 1114:  // ER_RECORD_FILE_FULL
            return Failure::full;
        default:
            return Failure::other;
    }
}

std::string describe(const sql::SQLException& error) {
    return "database error " + std::to_string(error.getErrorCode()) + " (" + error.getSQLState() +
           "): " + error.what();
}

bool is_lost(int error) {
    switch (error) {
        case 1053:  // ER_SERVER_SHUTDOWN
        case 1077:  // ER_NORMAL_SHUTDOWN
        case 1152:  // ER_ABORTING_CONNECTION
        case 1180:  // ER_ERROR_DURING_COMMIT, of a Galera node that lost its cluster meanwhile
        case 1927:  // ER_CONNECTION_KILLED
        case 4031:  // ER_CLIENT_INTERACTION_TIMEOUT
            return true;
        default:
            // The client library's own numbers: no telling what the server got.
            return error >= 2000 && error < 3000;
    }
}

}  // namespace helpdesk::db
