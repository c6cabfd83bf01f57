#include "db/session/settings.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "session_list.hpp"

namespace helpdesk::db {
namespace {

// The executable comments of the servers: each server skips the other's.
const std::map<std::string, std::string> opening = {{"mariadb", "/*M! "}, {"mysql", "/*!80000 "}};

std::string for_server(const std::string& server, const std::string& sql) {
    return server == "any" ? sql : opening.at(server) + sql + " */";
}

std::string difference(const std::string& name, const std::string& value, const std::string& check) {
    std::string shown = value;
    shown.erase(std::remove(shown.begin(), shown.end(), '\''), shown.end());
    const std::string variable = "@@SESSION." + name;
    const std::string took = check.empty() ? variable + " <=> " + value : check;
    return "IF(" + took + ", NULL, CONCAT('" + name + " = ', IFNULL(" + variable +
           ", 'NULL'), ' instead of " + shown + "'))";
}

}  // namespace

SessionSql session_sql(std::chrono::seconds lock_wait, std::chrono::milliseconds statement_limit) {
    const std::string milliseconds = std::to_string(statement_limit.count());
    const std::map<std::string, std::string> configured = {
        {"{lock_wait_seconds}", std::to_string(lock_wait.count())},
        {"{statement_seconds}", milliseconds + "e-3"},
        {"{statement_milliseconds}", milliseconds},
    };
    SessionSql sql{.set = "SET ", .differences = "CONCAT_WS(', '"};
    std::istringstream lines{std::string(session_list)};
    bool first = true;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string server;
        std::string session;
        std::string name;
        std::string value;
        std::string check;
        if (!(fields >> server) || server.front() == '#')
            continue;
        fields >> session >> name >> value >> check;
        if (session == "migrate")
            continue;
        if (const auto found = configured.find(value); found != configured.end())
            value = found->second;
        std::string assignment = first ? "" : ", ";
        assignment.append("SESSION ").append(name).append(" = ").append(value);
        if (value != "-")
            sql.set += for_server(server, assignment);
        sql.differences += for_server(server, ", " + difference(name, value, check));
        first = false;
    }
    sql.differences += ")";
    return sql;
}

}  // namespace helpdesk::db
