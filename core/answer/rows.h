// Reads and writes many records as one text, for imports and exports: CSV (RFC 4180, with a header), or
// NDJSON, one JSON object per line.
//
// If a spreadsheet would read a cell of CSV as a formula, it is written with an apostrophe in front, which
// reading removes. Reading skips empty lines, records of empty cells, and records that repeat the header, as
// files have them that were joined. If a byte order mark comes before a record whose first cell is the name
// of a column, the record is a header. If that has other columns, the body cannot be read.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/format.h"
#include "answer/formats.h"
#include "model/action.h"
#include "request/decode.h"

namespace helpdesk {

// The body of a request that carries rows.
struct RowBody {
    RowFormat format;
    std::string text;
};

struct Row {
    std::size_t line = 0;  // the line of the body where the row begins, from 1
    Variables variables;   // and the problems of this row, which do not concern the next one
};

// The names that rows may use: the variables of the action that each row is a call of, except one that
// renames the record, so that an import can be sent again. Names that only an export has (id, date_added …)
// are skipped, so that an export can be imported unchanged. Others are ignored, or are an error.
class RowNames {
  public:
    RowNames(const Action& action, bool reject_unknown) : action_(action), unknown_(action, reject_unknown) {}

    // Returns whether the action or an export has the name, or it is an alias. `name` must be in lower case.
    bool is_known(std::string_view name) const;

    // Returns the variable for which the name stands, by itself or as an alias. Returns an empty name if the
    // value is not read: then the name is skipped, ignored, or added to `problems`. `name` must be in lower
    // case.
    std::string accept(const std::string& name, Problems& problems);

    // Returns the variable that every row must have.
    std::string_view identifier() const;

    const std::string& ignored() const { return unknown_.ignored(); }

  private:
    bool reads(std::string_view name) const;

    const Action& action_;
    UnknownNames unknown_;
};

class RowReader {
  public:
    RowReader() = default;
    RowReader(const RowReader&) = delete;
    RowReader& operator=(const RowReader&) = delete;
    virtual ~RowReader() = default;

    // Reads the next row. Returns false if there is none.
    virtual bool next(Row& row) = 0;
};

// Returns why the body cannot be read at all: it is not UTF-8, lost its line breaks on the way, has other
// separators, has a header that does not fit, joins files with different columns, or leaves a quotation mark
// open. Takes a moment for each megabyte.
Problems check_rows(const RowBody& body, RowNames& names);

// Reads a body that check_rows() found valid. Both arguments must outlive the reader.
std::unique_ptr<RowReader> read_rows(const RowBody& body, RowNames& names);

// Writes the rows of an export. CSV begins with a line of the resource's outputs. The writer and the
// resource's names must outlive what is written.
std::unique_ptr<ListWriter> make_row_writer(RowFormat format, const Resource& resource);

}  // namespace helpdesk
