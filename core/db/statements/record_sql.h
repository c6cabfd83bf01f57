// How the outputs of records are asked for and read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "db/session/connection.h"
#include "model/resource.h"

namespace helpdesk::db {

// The column of an output of `record`, with which it is sorted as well. A list is a text, its items between
// commas.
std::string expression(const Output& output);

// A time as the server writes it: the connector drops its fractions.
std::string as_text(const std::string& time);

// What stands after SELECT, one expression for each output.
std::string expressions(const std::vector<Output>& outputs);

// The tables whose rows give the names of references, to follow `… AS record`.
std::string reference_joins(const std::vector<Output>& outputs);

// The most bytes of a value without a limit that are read beside other records, and with its record alone.
inline constexpr std::size_t longest_in_group = std::size_t{64} * 1024;
inline constexpr std::size_t longest_alone = page_bytes;

// What stands after SELECT and after `… AS record` for all outputs of a resource, its version and the bytes
// of the values without a limit: made once. Longer ones than those are left out.
struct RecordSql {
    std::string in_group;
    std::string alone;
    std::string joins;
};
const RecordSql& record_sql(const Resource& resource);

// Text from the database, checked: throws std::runtime_error with the name of what it is if it is not UTF-8,
// which no answer can carry.
std::string text_of(const sql::ResultSet& row, unsigned column, const std::string& name);

// The value of an output in a row, empty where it has none.
std::string value_of(const sql::ResultSet& row, unsigned column, const Output& output);

// The values of all outputs, which stand in the row from `first_column` on. Checked as text_of() does.
std::vector<std::string> values_of(const sql::ResultSet& row, unsigned first_column,
                                   const std::vector<Output>& outputs);

struct StoredRecord {
    std::vector<std::string> values;  // as a RecordSink takes them
    std::vector<ListPosition::LongValue> left_out;
};

// The record of a row in which the expressions of record_sql() stand from `first_column` on. `longest` is
// what they were made for.
StoredRecord record_of(const sql::ResultSet& row, unsigned first_column, const Resource& resource,
                       std::size_t longest);

// Reads the next bytes of the value that an open record has come to, a page of them at most, and whole
// characters. Nothing if the record is not what it was.
std::optional<std::string> read_piece(Connection& connection, const Resource& resource,
                                      const ListPosition::OpenRecord& open);

// `column IN (?, …)`. A power of two, so that few prepared statements serve all lengths.
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
