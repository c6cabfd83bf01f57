#include "db/statements/hidden.h"

#include "db/connection.h"

namespace helpdesk::db {

// What the row belongs to is read by its number. A join or EXISTS could be turned round by the server, which
// would then read all owners first.
std::string and_not_hidden(const Resource& resource, const std::string& row, bool is_deleted) {
    std::string sql;
    if (!resource.deleted.empty())
        sql += " AND " + row + "." + quoted(resource.deleted) + (is_deleted ? " = 'Y'" : " = 'N'");
    if (const Variable* part_of = resource.find(resource.part_of)) {
        const Resource& owner = part_of->reference->to();
        sql += " AND (SELECT " + quoted(owner.deleted) + " FROM " + quoted(owner.table) +
               " WHERE id = " + row + "." + quoted(part_of->column) + ") = 'N'";
    }
    return sql;
}

}  // namespace helpdesk::db
