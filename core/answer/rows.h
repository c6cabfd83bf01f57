// Many records as one text, as they are imported and exported: CSV (RFC 4180, with a header) or NDJSON, a
// JSON object a line.
//
// In CSV, a cell that a spreadsheet would take for a formula has an apostrophe in front; reading takes it
// off. A record of empty cells is none, as an empty line is, and neither is one that repeats the header, as
// files that were put together have it. A byte order mark before a record whose first cell is the name of a
// column tells that it is a header; if it has other columns, the body cannot be read.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/format.h"
#include "model/action.h"
#include "request/decode.h"

namespace helpdesk {

enum class RowFormat { csv, ndjson };
inline constexpr std::array row_formats = {RowFormat::csv, RowFormat::ndjson};

// As a request asks for it: csv or ndjson.
std::optional<RowFormat> parse_row_format(std::string_view name);
std::string_view format_name(RowFormat format);
std::string_view content_type(RowFormat format);

// The body of a request that carries rows.
struct RowBody {
    RowFormat format;
    std::string text;
};

struct Row {
    std::size_t line = 0;  // of the body, where the row begins, from 1
    Variables variables;   // beside what is wrong with the row, which the next one does not suffer from
};

// The names that rows may use: the variables of the action that each row is a call of. Those that only an
// export has (id, date_added …) are passed over, so that it can be imported as it is; others are an error or
// ignored.
class RowNames {
  public:
    RowNames(const Action& action, bool reject_unknown) : action_(action), unknown_(action, reject_unknown) {}

    // Whether the action or an export has it. `name` in lower case.
    bool is_known(std::string_view name) const;

    // Whether the row's variable is read. If not, it is in no message, ignored, or a problem. `name` in lower
    // case.
    bool takes(const std::string& name, Problems& problems);

    // What a row must have.
    std::string_view identifier() const;

    const std::string& ignored() const { return unknown_.ignored(); }

  private:
    const Action& action_;
    UnknownNames unknown_;
};

class RowReader {
  public:
    RowReader() = default;
    RowReader(const RowReader&) = delete;
    RowReader& operator=(const RowReader&) = delete;
    virtual ~RowReader() = default;

    // Takes the next row; false when there is none.
    virtual bool next(Row& row) = 0;
};

// Why nothing of a body can be read: it is not UTF-8, lost its line breaks on the way or has other
// separators, a header does not fit, other columns follow, a quotation mark has no partner. Takes a moment
// for each megabyte.
Problems check_rows(const RowBody& body, RowNames& names);

// Reads a body that was checked. Both must outlive the reader.
std::unique_ptr<RowReader> read_rows(const RowBody& body, RowNames& names);

// Writes an export's rows; CSV begins with a line of the resource's outputs. The writer and the resource's
// names must outlive what is written.
std::unique_ptr<ListWriter> make_row_writer(RowFormat format, const Resource& resource);

}  // namespace helpdesk
