// Turns the records that are read from the database into the text of an answer or an export.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/format.h"
#include "date.h"
#include "db/stored_record.h"
#include "model/resource.h"

namespace helpdesk {

// Gives the outputs of records to a writer. Holds one record at most.
class RecordText {
  public:
    struct Choice {
        // Returns whether the text has the output.
        std::function<bool(const Output& output)> has;
        // Returns what it shows for an output of a record. A time is as SQL writes it. Null: the value.
        std::function<std::string_view(const std::vector<std::string>& values, std::size_t output)> shown;
        bool encodes_text = false;  // whether free text is percent-encoded
    };

    RecordText(const Resource& resource, TimeFormat time_format, Choice choice, ListWriter& writer);

    void add(const StoredRecord& record);

    // Begins a record with long values, which follow in their order, each in pieces of whole characters;
    // `last` marks its last piece.
    void begin(StoredRecord record);
    void add_piece(std::string_view text, bool last);

  private:
    bool encodes(std::size_t output) const;
    // Calls `add` with each field that an output of a record shows.
    template <typename Add>
    void show(const std::vector<std::string>& values, const std::vector<StoredField>& fields,
              std::size_t output, Add add);
    Field field(const std::vector<std::string>& values, std::size_t output);
    void learn_fields(const std::vector<StoredField>& fields);
    template <typename Add>
    void show_fields(const std::vector<StoredField>& fields, Add add);
    void add_values();

    const Resource& resource_;
    const TimeFormat time_format_;
    const Choice choice_;
    ListWriter& writer_;
    FieldList fields_;
    // The outputs of the record that are shown in another form than their values: times and encoded text.
    std::vector<std::string> shown_;
    // The names of the fields that all records of the list show: those of the first record. Fields that are
    // added or removed while the list is read are not among them.
    std::vector<std::string> names_of_fields_;
    bool knows_fields_ = false;
    std::vector<std::string> times_of_fields_;
    // The state of a record that is written in steps: its values, those of its fields, the indices of values
    // that come in pieces, and the next index.
    std::vector<std::string> values_;
    std::vector<StoredField> values_of_fields_;
    std::deque<std::size_t> in_pieces_;
    std::size_t next_ = 0;
};

}  // namespace helpdesk
