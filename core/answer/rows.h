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
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/formats.h"
#include "answer/row_writer.h"
#include "model/action.h"
#include "request/decode.h"
#include "request/part_list.h"

namespace helpdesk {

// The body of a request that carries rows.
struct RowBody {
    RowFormat format;
    std::string text;
};

struct Row {
    std::size_t line = 0;  // the line of the body where the row begins, from 1
    Variables variables;   // and the problems of this row, which do not concern the next one
    // The parts that the record brings; nothing: the row says nothing of parts. They need the reader.
    std::optional<PartList> parts;
};

// The names that rows may use: the variables of the action that each row is a call of, except one that
// renames the record, so that an import can be sent again. Names that only an export has (id, date_added …)
// are skipped, so that an export can be imported unchanged. Others are ignored, or are an error.
class RowNames {
  public:
    RowNames(const Action& action, bool reject_unknown);

    // Returns whether the action or an export has the name, or it is an alias. `name` must be in lower case.
    // In CSV, the columns of parts have names as well.
    bool is_known(std::string_view name) const;

    // Returns the variable for which the name stands, by itself or as an alias. Returns an empty name if the
    // value is not read: then the name is skipped, ignored, or added to `problems`. `name` must be in lower
    // case.
    std::string accept(const std::string& name, Problems& problems);

    // Does the same for a name in a part of NDJSON. Problems have the name in the part.
    std::string accept_in_part(const std::string& name, Problems& problems);

    // Returns the variable that every row must have.
    std::string_view identifier() const;
    // Returns the variable of the record's number. Empty if its name alone finds it.
    std::string_view number() const;

    // Returns the member of NDJSON that holds the parts of a record. Empty if there are none.
    std::string_view list_of_parts() const;
    // Returns what a column of CSV is called in a part. Empty if it is no column of a part.
    std::string_view name_in_part(std::string_view column) const;

    const std::string& ignored() const { return unknown_.ignored(); }

  private:
    std::string accept(const Action& action, const std::string& name, const std::string& prefix,
                       Problems& problems);

    const Action& action_;
    const Action* parts_ = nullptr;  // what a part is; null: there are none
    std::string prefix_;             // of the columns of parts
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

}  // namespace helpdesk
