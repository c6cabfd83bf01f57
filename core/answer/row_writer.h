// Writes many records as one text, in the form that rows.h reads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/format.h"
#include "answer/formats.h"
#include "model/resource.h"

namespace helpdesk {

// Writes the rows of an export.
class RowWriter : public ListWriter {
  public:
    // Ends a record of a resource with parts. The records since its own are its parts.
    virtual void end_parts() {}
};

// Makes a writer of the outputs that an export has. CSV begins with a line of their names, those of parts
// included. The writer and the resource's names must outlive what is written.
std::unique_ptr<RowWriter> make_row_writer(RowFormat format, const Resource& resource);

// Returns whether an export of the resource, or of what its records are part of, has the output. With parts,
// it has what an import reads, so that it is the same after an import into another help desk.
bool is_exported(const Resource& resource, const Output& output);

// Returns what the columns of CSV begin with that belong to such parts.
std::string column_prefix(const Resource& parts);

// Returns whether a spreadsheet would read the cell as a formula, or has an apostrophe in front to prevent
// that.
bool looks_like_formula(std::string_view cell);

}  // namespace helpdesk
