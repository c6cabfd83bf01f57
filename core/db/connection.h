// A connection as the statements of this layer use it: one to a server (session/server_connection.h), or that
// of a test, which receives statements as text and gives rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace helpdesk::db {

// How often a transaction is tried if others hold its rows.
inline constexpr int most_conflicts = 3;

// A parameter of a prepared statement.
using Parameter = std::variant<std::nullptr_t, std::string, std::uint64_t>;

struct Statement {
    std::string sql;
    std::vector<Parameter> parameters;
};

// Quotes the name of a table or column, since some are words of SQL. Names come from the tables of resources
// only.
inline std::string quoted(std::string_view name) {
    return "`" + std::string(name) + "`";
}

// The rows of a result, one after the other. Columns count from 1.
class Rows {
  public:
    Rows() = default;
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    virtual ~Rows() = default;

    // Goes to the next row; the first call goes to the first row. Returns false if there is none.
    virtual bool next() = 0;
    virtual bool is_null(unsigned column) const = 0;
    virtual std::string text(unsigned column) const = 0;
    // Returns 0 if the value is NULL.
    virtual std::uint64_t number(unsigned column) const = 0;
};

// Used by one thread at a time. Everything here throws sql::SQLException.
class Connection {
  public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;

    // Returns the most bytes of a value, and of a statement with all its values (max_allowed_packet).
    virtual std::uint64_t largest_packet() const = 0;
    // Throws packet_too_large if the server takes no statement with these values.
    virtual void expect_room(const std::vector<Parameter>& parameters) const = 0;

    // Both throw packet_too_large, before anything is sent, if the statement is larger.
    virtual std::unique_ptr<Rows> query(const std::string& sql, const std::vector<Parameter>& parameters) = 0;
    // Returns the number of rows that the statement found.
    virtual std::uint64_t execute(const std::string& sql, const std::vector<Parameter>& parameters) = 0;

    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;
};

}  // namespace helpdesk::db
