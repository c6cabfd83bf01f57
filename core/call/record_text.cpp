#include "call/record_text.h"

#include <utility>

#include "answer/reply.h"

namespace helpdesk {

RecordText::RecordText(const Resource& resource, TimeFormat time_format, Choice choice, ListWriter& writer)
    : resource_(resource),
      time_format_(time_format),
      choice_(std::move(choice)),
      writer_(writer),
      times_(resource.outputs.size()) {}

Field RecordText::field(const std::vector<std::string>& values, std::size_t output) {
    const Output& what = resource_.outputs[output];
    if (what.form != Form::time)
        return {what.name, choice_.shown ? choice_.shown(values, output) : std::string_view(values[output])};
    times_[output] = format_times(values[output], time_format_);
    return {what.name, times_[output]};
}

void RecordText::add(const StoredRecord& record) {
    fields_.clear();
    for (std::size_t i = 0; i < times_.size(); ++i)
        if (choice_.has(resource_.outputs[i]))
            fields_.push_back(field(record.values, i));
    writer_.record(fields_);
}

void RecordText::begin(StoredRecord record) {
    values_ = std::move(record.values);
    for (const ListPosition::LongValue& value : record.left_out)
        in_pieces_.push_back(value.output);
    next_ = 0;
    writer_.begin_record();
    add_values();
}

// Writes values until the next one that comes in pieces, or to the end of the record.
void RecordText::add_values() {
    for (; next_ < times_.size(); ++next_) {
        if (!in_pieces_.empty() && in_pieces_.front() == next_)
            return writer_.begin_value(resource_.outputs[next_].name);
        if (choice_.has(resource_.outputs[next_]))
            writer_.field(field(values_, next_));
    }
    writer_.end_record();
    values_.clear();
}

void RecordText::add_piece(std::string_view text, bool last) {
    writer_.piece(text);
    if (!last)
        return;
    writer_.end_value();
    in_pieces_.pop_front();
    ++next_;
    add_values();
}

}  // namespace helpdesk
