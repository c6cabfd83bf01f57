// Makes the SQL that gives a session the settings of sql/session.list. That file says why each is there.
// bin/migrate makes the same statements from the same file.
#pragma once

#include <chrono>
#include <string>

namespace helpdesk::db {

struct SessionSql {
    std::string set;          // the statement that sets all of them
    std::string differences;  // an expression whose text names those that were not accepted; '' if all were
};

// Both statements run on MariaDB and MySQL: what only one of them knows is in executable comments. The two
// limits apply to the session: how long a statement waits for a row, and how long it may take.
SessionSql session_sql(std::chrono::seconds lock_wait, std::chrono::milliseconds statement_limit);

}  // namespace helpdesk::db
