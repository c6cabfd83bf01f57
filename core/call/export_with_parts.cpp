#include "call/export_with_parts.h"

#include <limits>
#include <numeric>

#include "call/settings.h"
#include "model/action.h"
#include "model/path.h"

namespace helpdesk {
namespace {

// A record has as many parts as it has.
constexpr std::size_t all = std::numeric_limits<std::uint32_t>::max();

std::size_t size_of(const StoredRecord& record) {
    const std::size_t fields =
        std::accumulate(record.fields.begin(), record.fields.end(), std::size_t{0},
                        [](std::size_t sum, const StoredField& field) { return sum + field.text.size(); });
    return std::accumulate(record.values.begin(), record.values.end(), fields,
                           [](std::size_t sum, const std::string& value) { return sum + value.size(); });
}

}  // namespace

ExportWithParts::Parts::Parts(const ExportWithParts& whole, const Resource& resource, ListWriter& writer)
    : writer_(writer),
      text_(resource, whole.settings().time_format,
            {.has = [&resource](const Output& output) { return is_exported(resource, output); }, .shown = {}},
            writer) {}

ExportWithParts::ExportWithParts(const Settings& settings, Format format, const Selection& selection,
                                 RowFormat row_format)
    : Export(settings, format, selection, row_format),
      resource_of_parts_(action().resource.parts()),
      sink_(*this, resource_of_parts_, writer()) {}

Work::Step ExportWithParts::carry_out() {
    ReadResult result;
    while (result.problems.empty() && writer().size() < page_bytes && has_more())
        result = go_on();
    return end_page(std::move(result));
}

// Parts come before the next record, and records that were read before others are read.
ReadResult ExportWithParts::go_on() {
    if (parts_)
        return read_parts();
    const bool waits_for_pieces = !ahead_.empty() && ahead_.front().begun && ahead_.front().pieces.empty();
    if (ahead_.empty() || waits_for_pieces)
        return helpdesk::read(database(), {selection_, position_, *this});
    write_next();
    return {};
}

ReadResult ExportWithParts::read_parts() {
    ReadResult result = helpdesk::read(database(), {parts_->selection, parts_->position, sink_});
    if (result.problems.empty() && parts_->position.done()) {
        static_cast<RowWriter&>(writer()).end_parts();
        parts_.reset();
    }
    return result;
}

void ExportWithParts::write_next() {
    Ahead& next = ahead_.front();
    const std::uint64_t number = next.record.number;
    if (!next.in_pieces) {
        Export::record(next.record);
    } else if (!next.begun) {
        Export::begin_record(std::move(next.record));
        next.record.number = number;
        next.begun = true;
    }
    for (const auto& [text, last] : next.pieces) {
        Export::piece(text, last);
        bytes_ahead_ -= text.size();
    }
    next.pieces.clear();
    if (next.open_values > 0)
        return;
    bytes_ahead_ -= next.in_pieces ? 0 : size_of(next.record);
    ahead_.pop_front();
    begin_parts(number);
}

void ExportWithParts::begin_parts(std::uint64_t number) {
    parts_.emplace(PartsOfRecord{
        .selection = {.action = find_action(resource_of_parts_, verbs::get),
                      .conditions = {{selector_of_owner(resource_of_parts_), {std::to_string(number)}}},
                      .limit = all,
                      .hidden_too = true}});
}

void ExportWithParts::record(const StoredRecord& record) {
    bytes_ahead_ += size_of(record);
    ahead_.push_back({.record = record});
}

void ExportWithParts::begin_record(StoredRecord record) {
    const std::size_t values = record.left_out.size();
    ahead_.push_back({.record = std::move(record), .open_values = values, .in_pieces = true});
}

void ExportWithParts::piece(std::string_view text, bool last) {
    bytes_ahead_ += text.size();
    ahead_.back().pieces.emplace_back(text, last);
    ahead_.back().open_values -= last ? 1 : 0;
}

}  // namespace helpdesk
