#include "db/statements/hidden.h"

#include "db/connection.h"

namespace helpdesk::db {

// The index of the column is for the few records that are deleted. A server may take it for the others, too,
// which are nearly all; it takes none for an expression.
//
// What the row belongs to is read by its number. A join or EXISTS could be turned round by the server, which
// would then read all owners first.
std::string and_not_hidden(const Resource& resource, const std::string& row, bool is_deleted) {
    std::string sql;
    if (!resource.deleted.empty())
        sql += is_deleted ? " AND " + row + "." + quoted(resource.deleted) + " = 'Y'"
                          : " AND COALESCE(" + row + "." + quoted(resource.deleted) + ") = 'N'";
    if (const Variable* part_of = resource.find(resource.part_of)) {
        const Resource& owner = part_of->reference->to();
        sql += " AND (SELECT " + quoted(owner.deleted) + " FROM " + quoted(owner.table) +
               " WHERE id = " + row + "." + quoted(part_of->column) + ") = 'N'";
    }
    return sql;
}

}  // namespace helpdesk::db
