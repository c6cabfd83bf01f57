#include "call/list.h"

#include <utility>

#include "answer/reply.h"
#include "call/settings.h"
#include "request/check.h"
#include "request/conditions.h"

namespace helpdesk {

List::List(const Settings& settings, const Selection& selection, Format format)
    : List(settings, selection, helpdesk::content_type(format),
           make_list_writer(format, selection.action->resource.plural, selection.action->resource.singular)) {
}

List::List(const Settings& settings, Selection selection, std::string_view content_type,
           std::unique_ptr<ListWriter> writer)
    : settings_(settings),
      selection_(std::move(selection)),
      content_type_(content_type),
      writer_(std::move(writer)),
      fields_(action().resource.outputs.size()),
      times_(fields_.size()) {}

ReadResult List::read_page() {
    return took(read(*settings_.database, reading()));
}

ReadResult List::took(ReadResult result) {
    if (!result.problems.empty() || result.pause.count() != 0 || selection_.count_only)
        return result;
    more_ = !position_.done() || select_more();
    page_ = more_ ? writer_->take() : writer_->finish();
    return result;
}

std::string_view List::shown(const std::vector<std::string>& values, std::size_t output) const {
    return values[output];
}

Field List::field(const std::vector<std::string>& values, std::size_t output) {
    const Output& what = action().resource.outputs[output];
    if (what.source != Output::Source::time && what.source != Output::Source::list_dates)
        return {what.name, shown(values, output)};
    times_[output] = format_times(values[output], settings_.time_format);
    return {what.name, times_[output]};
}

void List::note(const StoredRecord& record) {
    if (++records_ == 1 && action().resource.versioned)
        entity_tag_ = entity_tag(std::to_string(record.number), std::to_string(record.version));
}

void List::record(const StoredRecord& record) {
    for (std::size_t i = 0; i < fields_.size(); ++i)
        fields_[i] = field(record.values, i);
    writer_->record(fields_);
    note(record);
}

void List::begin_record(StoredRecord record) {
    note(record);
    values_ = std::move(record.values);
    for (const ListPosition::LongValue& value : record.left_out)
        in_pieces_.push_back(value.output);
    next_ = 0;
    writer_->begin_record();
    write_on();
}

// To the next value that comes in pieces, or to the record's end.
void List::write_on() {
    for (; next_ < fields_.size(); ++next_) {
        if (!in_pieces_.empty() && in_pieces_.front() == next_)
            return writer_->begin_value(action().resource.outputs[next_].name);
        writer_->field(field(values_, next_));
    }
    writer_->end_record();
    values_.clear();
}

void List::piece(std::string_view text, bool last) {
    writer_->piece(text);
    if (!last)
        return;
    writer_->end_value();
    in_pieces_.pop_front();
    ++next_;
    write_on();
}

}  // namespace helpdesk
