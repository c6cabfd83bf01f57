// How the outputs of records are asked for and read.
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

// The column of an output of `record`, with which it is sorted as well. A list is a text, its items between
// commas.
std::string expression(const Output& output);

// A time as the server writes it: the connector drops its fractions.
std::string as_text(const std::string& time);

// What stands after SELECT for an output: its expression, a time as text.
std::string selected(const Output& output);

// The tables whose rows give the names of references, to follow `… AS record`.
std::string reference_joins(const std::vector<Output>& outputs);

// The most bytes of a value without a limit that are read beside other records, and with its record alone.
inline constexpr std::size_t longest_in_group = std::size_t{64} * 1024;
inline constexpr std::size_t longest_alone = page_bytes;

// How the records of a resource are read, made once for each.
struct RecordSql {
    explicit RecordSql(const Resource& resource);

    // What stands after SELECT. A value without a limit that has more bytes than `longest_in_group`, or
    // `longest_alone`, is left out.
    std::string in_group;
    std::string alone;
    // What stands after `… AS record`.
    std::string joins;

    // Reads the record in a row of either; `longest` is the one that belongs to it. Throws as text_of() does.
    StoredRecord read(const Rows& row, std::size_t longest) const;

  private:
    std::string add_columns(std::size_t longest);

    struct Length {
        std::size_t output;
        unsigned column;
    };

    const Resource& resource_;
    std::vector<unsigned> values_;  // the column of each output
    std::vector<Length> lengths_;   // of the values without a limit
    unsigned number_ = 0;           // these are columns, too; 0: there is none
    unsigned version_ = 0;
    unsigned changed_ = 0;
};
const RecordSql& record_sql(const Resource& resource);

// A time as SQL writes it, as a number by its digits: a later one is larger.
std::uint64_t number_of(std::string_view time);

// Text from the database, checked: throws std::runtime_error with the name of what it is if it is not UTF-8,
// which no answer can carry.
std::string text_of(const Rows& row, unsigned column, const std::string& name);

// The value of an output in a row, empty where it has none. Checked as text_of() does; `record` is the number
// of the record, which helps to find it, or 0.
std::string value_of(const Rows& row, unsigned column, const Output& output, std::uint64_t record = 0);

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
