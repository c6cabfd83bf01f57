// The three shapes of an answer. Each writer takes the same records and gives bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/problem.h"
#include "answer/text_builder.h"

namespace helpdesk {

enum class Format { xml, json, url };

std::optional<Format> parse_format(std::string_view name);

// The format that an Accept header prefers of those we have; nothing when it names none.
std::optional<Format> preferred_format(std::string_view accept);

// As a request asks for it.
std::string_view format_name(Format format);

std::string_view content_type(Format format);

struct Field {
    std::string_view name;
    std::string_view value;
};
using Record = std::vector<Field>;

inline constexpr std::string_view response_root = "response";

// The answer to a call that lists no records: its output variables.
std::string write_answer(Format format, const Record& fields, std::string_view root = response_root);

// The error envelope: one error for each problem.
std::string write_problems(Format format, const Problems& problems);

// The answer to a call that does many things: what they come to, then what went wrong, each a record whose
// last field is `error`, the text.
Text write_report(Format format, const Record& totals, const std::vector<Record>& errors);

// Writes a list record by record: only the text that was not taken yet is held. A record that has values of
// many bytes can be written in steps, and such a value in pieces, each of whole characters.
class ListWriter {
  public:
    ListWriter() = default;
    ListWriter(const ListWriter&) = delete;
    ListWriter& operator=(const ListWriter&) = delete;
    virtual ~ListWriter() = default;

    virtual void record(const Record& fields);

    virtual void begin_record() = 0;
    virtual void field(const Field& field) = 0;
    virtual void begin_value(std::string_view name) = 0;
    virtual void piece(std::string_view text) = 0;
    virtual void end_value() = 0;
    virtual void end_record() = 0;

    // About how many bytes take() would give.
    std::size_t size() const { return text_.size(); }
    // The text since the last time.
    virtual Text take() { return text_.take(); }
    // The same, with the end of the list. Nothing can be written after.
    virtual Text finish() { return take(); }

  protected:
    TextBuilder text_;
};

// A list whose root is `plural`, each record a `singular` in XML. Both must outlive the writer.
std::unique_ptr<ListWriter> make_list_writer(Format format, std::string_view plural,
                                             std::string_view singular);

}  // namespace helpdesk
