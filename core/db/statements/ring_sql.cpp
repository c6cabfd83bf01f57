#include "db/statements/ring_sql.h"

#include "db/connection.h"

namespace helpdesk::db {

// Each step is a subquery on the primary key, because a join may read, and lock, rows of other chains. It
// counts, rather than leaves out what it has seen, so that it also ends in a ring that was there before.
std::string chain_query(std::string_view table, std::string_view column, const std::string& first,
                        bool locks) {
    const std::string next = "(SELECT " + quoted(column) + " FROM " + quoted(table) + " WHERE id = chain.id" +
                             (locks ? " LOCK IN SHARE MODE)" : ")");
    const std::string longest = std::to_string(longest_chain);
    const auto number = [](Chain chain) { return std::to_string(static_cast<int>(chain)); };
    return "(WITH RECURSIVE chain (id, steps) AS (SELECT " + first + ", 0 UNION ALL SELECT " + next +
           ", steps + 1 FROM chain WHERE chain.id IS NOT NULL AND steps < " + longest +
           ") SELECT MAX(CASE WHEN chain.id = record.id THEN " + number(Chain::is_ring) +
           " WHEN chain.id IS NOT NULL AND steps = " + longest + " THEN " + number(Chain::is_long) +
           " ELSE " + number(Chain::ends) + " END) FROM chain)";
}

}  // namespace helpdesk::db
