// The SQL that gives a session the settings in sql/session.list, which says why each is there.
// bin/migrate makes the same statements of the same file.
#pragma once

#include <chrono>
#include <string>

namespace helpdesk::db {

struct SessionSql {
    std::string set;          // the statement that sets them all
    std::string differences;  // the expression for those that did not take, as text; '' when all did
};

// Both run on MariaDB and MySQL alike: what only one of them knows is in executable comments. The two limits
// are the session's own: how long a statement waits for a row, and how long it may take.
SessionSql session_sql(std::chrono::seconds lock_wait, std::chrono::milliseconds statement_limit);

}  // namespace helpdesk::db
