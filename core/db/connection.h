// What the statements of this layer need of a connection: a server's (session/server_connection.h), or that
// of a test, which takes statements as text and gives rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace helpdesk::db {

// Times that a transaction is tried which others keep from its rows.
inline constexpr int most_conflicts = 3;

// A parameter of a prepared statement.
using Parameter = std::variant<std::nullptr_t, std::string, std::uint64_t>;

struct Statement {
    std::string sql;
    std::vector<Parameter> parameters;
};

// Table and column names come from the resource tables only; quoted, since some are SQL's own words.
inline std::string quoted(std::string_view name) {
    return "`" + std::string(name) + "`";
}

// The rows of an answer, one after the other. Columns count from 1.
class Rows {
  public:
    Rows() = default;
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    virtual ~Rows() = default;

    // Goes to the next row, which at the beginning is the first. False: there is none.
    virtual bool next() = 0;
    virtual bool is_null(unsigned column) const = 0;
    virtual std::string text(unsigned column) const = 0;
    // 0 where the value is NULL.
    virtual std::uint64_t number(unsigned column) const = 0;
};

// Used by one thread at a time. Everything here throws sql::SQLException.
class Connection {
  public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;

    // In bytes: what a value, and a statement with all its values, may have (max_allowed_packet).
    virtual std::uint64_t largest_packet() const = 0;
    // Throws packet_too_large if the server takes no statement with these values.
    virtual void expect_room(const std::vector<Parameter>& parameters) const = 0;

    // Both throw packet_too_large, before anything is sent, if the statement is larger.
    virtual std::unique_ptr<Rows> query(const std::string& sql, const std::vector<Parameter>& parameters) = 0;
    // The number of rows that it found.
    virtual std::uint64_t execute(const std::string& sql, const std::vector<Parameter>& parameters) = 0;

    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;
};

}  // namespace helpdesk::db
