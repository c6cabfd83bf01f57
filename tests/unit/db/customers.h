// The statements of customers that several tests expect.
#pragma once

#include <string>

#include "db/fake_connection.h"

namespace helpdesk::db {

// The question for the customer of a name. `more` are columns besides, `end` is what follows.
inline std::string customer_question(const std::string& more = "", const std::string& end = "") {
    return "SELECT 0, record.id, record.`cid`" + more +
           " FROM (SELECT 1) AS one LEFT JOIN `customers` AS record ON record.`cid` = ?" + end;
}

// Its answer if there is such a customer, and if there is none.
inline Row customer(std::uint64_t id, const std::string& cid, const Row& more = {}) {
    Row row = {std::uint64_t{0}, id, cid};
    row.insert(row.end(), more.begin(), more.end());
    return row;
}
inline Row no_customer(const Row& more = {}) {
    Row row = {std::uint64_t{0}, nullptr, nullptr};
    row.insert(row.end(), more.begin(), more.end());
    return row;
}

// The SQL with which an INSERT names the first portal, and one whose number is known.
inline constexpr auto first_portal =
    "COALESCE((SELECT id FROM `portals` ORDER BY id LIMIT 1 LOCK IN SHARE MODE))";
inline constexpr auto known_portal =
    "COALESCE((SELECT id FROM `portals` WHERE id = ? LOCK IN SHARE MODE), 0)";

// Returns the statement that adds customers with a few texts at most.
inline std::string customer_insert(const std::string& portal = first_portal, int number = 1) {
    const std::string values =
        "(?, ?, ?, ?, " + portal + ", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, SYSDATE())";
    std::string sql =
        "INSERT INTO `customers` (`cid`, `company_id`, `contact`, `password_hash`, `portal_id`, `support`, "
        "`chat`, `encrypt`, `latitude`, `longitude`, `viewable_tickets`, `viewable_invoices`, "
        "`viewable_assets`, `email`, `address`, `city`, `state`, `zip`, `country`, `phone`, `group_id`, "
        "`notes`, last_updated) VALUES " +
        values;
    for (int i = 1; i < number; ++i)
        sql += ", " + values;
    return sql;
}
// Its parameters, with that of a known portal if there is one.
inline Row customer_values(const std::string& cid, const std::string& contact = "", const Row& portal = {}) {
    Row row = {cid, nullptr, contact, ""};
    row.insert(row.end(), portal.begin(), portal.end());
    const Row others = {"Y", "Y", "N", nullptr, nullptr, "PERSONAL", "PERSONAL", "PERSONAL", "",
                        "",  "",  "",  "",      "",      "",         nullptr,    ""};
    row.insert(row.end(), others.begin(), others.end());
    return row;
}

}  // namespace helpdesk::db
