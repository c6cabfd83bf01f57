// Writes answers in three formats: XML, JSON and URL-delimited text. Each writer is given the same records.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/formats.h"
#include "answer/problem.h"
#include "answer/text_builder.h"

namespace helpdesk {

struct Field {
    std::string_view name;
    std::string_view value;
};
// The fields of a record, or of another part of an answer.
using FieldList = std::vector<Field>;

inline constexpr std::string_view response_root = "response";

// Writes the answer to a call that lists no records: its output variables.
std::string write_answer(Format format, const FieldList& fields, std::string_view root = response_root);

// Writes the error envelope: one error for each problem.
std::string write_problems(Format format, const Problems& problems);

// Writes the answer to a call that does many things: the totals, then what went wrong, as a record each whose
// last field is `error`, the text.
TextPieces write_report(Format format, const FieldList& totals, const std::vector<FieldList>& errors);

// Writes a list record by record. It holds only the text that take() has not returned yet. A record with long
// values can be written in steps, and a long value in pieces, each of whole characters.
class ListWriter {
  public:
    ListWriter() = default;
    ListWriter(const ListWriter&) = delete;
    ListWriter& operator=(const ListWriter&) = delete;
    virtual ~ListWriter() = default;

    virtual void record(const FieldList& fields);

    // Tells, before the first record, the names of the fields that each has (model/fields.h). A writer of a
    // list without records may never be told.
    virtual void expect_fields(const std::vector<std::string>& /*names*/) {}

    virtual void begin_record() = 0;
    virtual void field(const Field& field) = 0;
    virtual void begin_value(std::string_view name) = 0;
    virtual void piece(std::string_view text) = 0;
    virtual void end_value() = 0;
    virtual void end_record() = 0;

    // Returns about how many bytes take() would return.
    std::size_t size() const { return text_.size(); }
    // Returns the text written since the last call, and removes it.
    virtual TextPieces take() { return text_.take(); }
    // Ends the list, and returns the rest of the text. Nothing may be written after that.
    virtual TextPieces finish() { return take(); }

  protected:
    TextBuilder text_;
};

// Makes a writer for a list. Its root is `plural`, and in XML each record is a `singular`. Both must outlive
// the writer.
std::unique_ptr<ListWriter> make_list_writer(Format format, std::string_view plural,
                                             std::string_view singular);

}  // namespace helpdesk
