#include "call/record_text.h"

#include <algorithm>
#include <utility>

#include "answer/reply.h"
#include "model/fields.h"
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

template <typename Add>
void RecordText::show(const std::vector<std::string>& values, const std::vector<StoredField>& fields,
                      std::size_t output, Add add) {
    if (!choice_.has(resource_.outputs[output]))
        return;
    if (resource_.outputs[output].source == Output::Source::fields)
        show_fields(fields, add);
    else
        add(field(values, output));
}

template <typename Add>
void RecordText::show_fields(const std::vector<StoredField>& fields, Add add) {
    times_of_fields_.assign(names_of_fields_.size(), "");
    for (std::size_t i = 0; i < names_of_fields_.size(); ++i) {
        const std::string& name = names_of_fields_[i];
        const auto found = std::find_if(fields.begin(), fields.end(), [&](const StoredField& field) {
            return field.number == field_number(name);
        });
        if (found != fields.end() && found->form == Form::time)
            times_of_fields_[i] = format_times(found->text, time_format_);
        add(Field{name, found == fields.end()       ? std::string_view()
                        : found->form == Form::time ? std::string_view(times_of_fields_[i])
                                                    : std::string_view(found->text)});
    }
}

void RecordText::learn_fields(const std::vector<StoredField>& fields) {
    const bool shows_fields =
        std::any_of(resource_.outputs.begin(), resource_.outputs.end(), [this](const Output& output) {
            return output.source == Output::Source::fields && choice_.has(output);
        });
    if (std::exchange(knows_fields_, true) || !shows_fields)
        return;
    for (const StoredField& field : fields)
        names_of_fields_.push_back(field_name(field.number));
    writer_.expect_fields(names_of_fields_);
}

void RecordText::add(const StoredRecord& record) {
    learn_fields(record.fields);
    fields_.clear();
    for (std::size_t i = 0; i < shown_.size(); ++i)
        show(record.values, record.fields, i, [this](const Field& field) { fields_.push_back(field); });
    writer_.record(fields_);
}

void RecordText::begin(StoredRecord record) {
    learn_fields(record.fields);
    values_ = std::move(record.values);
    values_of_fields_ = std::move(record.fields);
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
        show(values_, values_of_fields_, next_, [this](const Field& field) { writer_.field(field); });
    }
    writer_.end_record();
    values_.clear();
    values_of_fields_.clear();
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
