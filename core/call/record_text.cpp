#include "call/record_text.h"

#include <utility>

#include "answer/reply.h"
#include "text.h"

namespace helpdesk {

RecordText::RecordText(const Resource& resource, TimeFormat time_format, Choice choice, ListWriter& writer)
    : resource_(resource),
      time_format_(time_format),
      choice_(std::move(choice)),
      writer_(writer),
      shown_(resource.outputs.size()) {}

bool RecordText::encodes(std::size_t output) const {
    const Variable* variable = resource_.outputs[output].variable;
    return choice_.encodes_text && variable != nullptr && variable->free_text;
}

Field RecordText::field(const std::vector<std::string>& values, std::size_t output) {
    const Output& what = resource_.outputs[output];
    const std::string_view value =
        choice_.shown ? choice_.shown(values, output) : std::string_view(values[output]);
    if (what.form == Form::time)
        shown_[output] = format_times(value, time_format_);
    else if (encodes(output))
        shown_[output] = text::percent_encode(value);
    else
        return {what.name, value};
    return {what.name, shown_[output]};
}

void RecordText::add(const StoredRecord& record) {
    fields_.clear();
    for (std::size_t i = 0; i < shown_.size(); ++i)
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
    for (; next_ < shown_.size(); ++next_) {
        if (!in_pieces_.empty() && in_pieces_.front() == next_)
            return writer_.begin_value(resource_.outputs[next_].name);
        if (choice_.has(resource_.outputs[next_]))
            writer_.field(field(values_, next_));
    }
    writer_.end_record();
    values_.clear();
}

void RecordText::add_piece(std::string_view text, bool last) {
    if (encodes(next_))
        writer_.piece(text::percent_encode(text));
    else
        writer_.piece(text);
    if (!last)
        return;
    writer_.end_value();
    in_pieces_.pop_front();
    ++next_;
    add_values();
}

}  // namespace helpdesk
