#include "db/statements/viewer_sql.h"

namespace helpdesk::db {
namespace {

// The condition that a list of an owner, a table of its items, is empty or has the ticket's value.
std::string allows(const std::string& table, const std::string& owner, const std::string& owner_id,
                   const std::string& item, const std::string& value) {
    const std::string items =
        "EXISTS (SELECT 1 FROM " + table + " WHERE " + table + "." + owner + " = " + owner_id;
    return "(NOT " + items + ") OR " + items + " AND " + table + "." + item + " = " + value + "))";
}

}  // namespace

Statement viewable_by_customer(const std::string& ticket, const std::string& cid) {
    return {
        .sql =
            "EXISTS (SELECT 1 FROM customers AS viewer WHERE viewer.cid = ? AND viewer.support = 'Y' AND (" +
            ticket + ".customer_id = viewer.id OR (viewer.viewable_tickets = 'COMPANY' AND " + ticket +
            ".company_id = viewer.company_id)))",
        .parameters = {cid}};
}

Statement visible_to_technician(const std::string& ticket, const std::string& uid) {
    const std::string groups =
        "EXISTS (SELECT 1 FROM technician_groups AS member WHERE member.technician_id = viewer.id";
    const std::string assigned = "(viewer.viewable_tickets = 'ALL' OR " + ticket +
                                 ".technician_id = viewer.id OR " + groups +
                                 " AND member.group_id = " + ticket + ".group_id) OR (" + ticket +
                                 ".technician_id IS NULL AND " + ticket + ".group_id IS NULL))";
    const std::string own = allows("technician_customer_groups", "technician_id", "viewer.id",
                                   "customer_group_id", ticket + ".customer_group_id");
    std::string by_group;
    for (const auto& [table, item] :
         {std::pair("tech_group_sources", "source_id"), std::pair("tech_group_categories", "category_id"),
          std::pair("tech_group_customer_groups", "customer_group_id")})
        by_group += " AND " + allows(table, "group_id", "member.group_id", item, ticket + "." + item);
    return {
        .sql =
            "EXISTS (SELECT 1 FROM technicians AS viewer WHERE viewer.uid = ? AND viewer.active = 'Y' AND " +
            assigned + " AND " + own + " AND (NOT " + groups + ") OR " + groups + by_group + ")))",
        .parameters = {uid}};
}

}  // namespace helpdesk::db
