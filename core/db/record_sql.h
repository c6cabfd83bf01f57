// How the outputs of records are asked for and read.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "../resource.h"
#include "connection.h"

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

// What stands after SELECT and after `… AS record` for all outputs of a resource and its version: made once.
struct RecordSql {
    std::string expressions;
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

// What a RecordSink takes of a row in which those expressions stand from `first_column` on.
std::vector<std::string> record_of(const sql::ResultSet& row, unsigned first_column,
                                   const Resource& resource);

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
