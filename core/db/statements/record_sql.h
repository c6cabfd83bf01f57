// The SQL that reads records, and how their outputs are read from its rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.h"
#include "db/database.h"
#include "db/statements/columns.h"
#include "db/stored_record.h"
#include "model/resource.h"

namespace helpdesk::db {

// Returns the expression of an output of `record`, by which lists are sorted as well. A list is one text,
// with commas between its items.
std::string expression(const Output& output);

// Returns the expression of an output that is a list, for the record with the number `id`, which is SQL.
std::string list_sql(const Output& output, const std::string& id);

// Returns the condition that the work on a row of the deadline's resource should be done by now, but is not.
// It is NULL or false for others.
std::string is_overdue(const Deadline& deadline, const std::string& row);

// Returns a time as text, as the server writes it: the connector would drop its fractions.
std::string as_text(const std::string& time);

// Returns what a SELECT reads for an output: its expression, a time as text.
std::string selected(const Output& output);

// Returns the joins of the tables to which the references among the outputs refer, to follow `… AS record`.
std::string reference_joins(const std::vector<Output>& outputs);

// The most bytes of a value without a limit that is read together with other records, or with its record
// alone.
inline constexpr std::size_t longest_in_group = std::size_t{64} * 1024;
inline constexpr std::size_t longest_alone = page_bytes;

// The SQL that reads the records of a resource. It is made once for each resource.
struct RecordSql {
    // A brief one leaves out all values without a limit.
    RecordSql(const Resource& resource, bool brief);

    // The expressions of the SELECT. A value without a limit is left out if it has more bytes than
    // `longest_in_group`, or `longest_alone`.
    std::string in_group;
    std::string alone;
    // The joins that follow `… AS record`.
    std::string joins;

    // Reads a record from a row of either SELECT; `longest` is the limit that belongs to it. Throws as
    // text_of() does.
    StoredRecord read(const Rows& row, std::size_t longest) const;

  private:
    std::string add_columns(std::size_t longest);

    struct Length {
        std::size_t output;
        unsigned column;
    };

    const Resource& resource_;
    const bool brief_;
    std::vector<unsigned> values_;  // the column of each output
    std::vector<Length> lengths_;   // of the values without a limit
    unsigned number_ = 0;           // columns as well; 0: there is none
    unsigned version_ = 0;
    unsigned changed_ = 0;
};
const RecordSql& record_sql(const Resource& resource, bool brief = false);

// Returns the digits of a time as SQL writes it as one number. A later time is a larger number.
std::uint64_t number_of(std::string_view time);

// Returns a text from the database. If it is not UTF-8, which no answer can contain, throws
// std::runtime_error with `name` in its text.
std::string text_of(const Rows& row, unsigned column, const std::string& name);

// Returns the value of an output in a row, empty if it has none. Throws as text_of() does; the text then has
// `record`, the number of the record, unless it is 0.
std::string value_of(const Rows& row, unsigned column, const Output& output, std::uint64_t record = 0);

// Reads the next bytes of the value that is being read of an open record: whole characters, and at most a
// page. Returns nothing if the record was changed or deleted.
std::optional<std::string> read_piece(Connection& connection, const Resource& resource,
                                      const ListPosition::OpenRecord& open);

// Adds `column IN (?, …)`. The number of marks is a power of two, so that few prepared statements serve all
// lengths.
template <typename Values>
void add_in(Statement& statement, const std::string& column, const Values& values) {
    std::size_t padded = 1;
    std::string marks = "?";
    for (; padded < values.size(); padded *= 2)
        marks += ", " + marks;
    statement.sql += column + " IN (" + marks + ")";
    for (std::size_t i = 0; i < padded; ++i)
        statement.parameters.emplace_back(values[std::min(i, values.size() - 1)]);
}

}  // namespace helpdesk::db
