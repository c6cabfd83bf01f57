#include "call/list.h"

#include <utility>

#include "answer/reply.h"
#include "call/settings.h"
#include "request/check.h"
#include "request/conditions.h"

namespace helpdesk {
namespace {

// A walk needs one pause. It needs another if the timer fired early, or the clock of the next server is
// behind.
constexpr int most_pauses = 3;

}  // namespace

List::List(const Settings& settings, const Selection& selection, Format format)
    : List(settings, format, selection, helpdesk::content_type(format),
           make_list_writer(format, selection.action->resource.names.many,
                            selection.action->resource.names.element),
           "") {}

List::List(const Settings& settings, Format format, Selection selection, std::string_view content_type,
           std::unique_ptr<ListWriter> writer, std::string file_name)
    : Work(settings, format),
      selection_(std::move(selection)),
      content_type_(content_type),
      writer_(std::move(writer)),
      file_name_(std::move(file_name)),
      text_(action().resource, settings.time_format,
            {.has = [this](const Output& output) { return shows(output); },
             .shown = [this](const auto& values, std::size_t output) { return shown(values, output); },
             .encodes_text = settings.encode_text && format != Format::url && file_name_.empty()},
            *writer_) {}

Work::Sharing List::sharing() const {
    return !in_parts_ && selection_.is_of_one() ? Sharing::read : Sharing::none;
}

Work::Step List::carry_out() {
    return end_page(read(database(), reading()));
}

std::vector<Work::Step> List::carry_out_together(std::span<Work* const> works) {
    std::vector<Reading> readings;
    readings.reserve(works.size());
    for (Work* work : works)
        readings.push_back(static_cast<List*>(work)->reading());
    std::vector<ReadResult> results = read_grouped(database(), readings);
    std::vector<Step> steps;
    steps.reserve(works.size());
    for (std::size_t i = 0; i < works.size(); ++i)
        steps.push_back(static_cast<List*>(works[i])->end_page(std::move(results[i])));
    return steps;
}

Work::Step List::end_page(ReadResult result) {
    if (result.pause.count() != 0)
        return begin_pause(std::move(result));
    if (result.problems.empty() && !selection_.count_only) {
        more_ = has_more();
        page_ = more_ ? writer_->take() : writer_->finish();
    }
    if (result.problems.empty() && !is_as_required())
        result.problems.push_back(precondition_failed(action().resource.names.noun));
    failed_ = !result.problems.empty();
    count_ = result.count;
    in_parts_ = in_parts_ || (!failed_ && !selection_.count_only && (more_ || !file_name_.empty()));
    if (in_parts_ && !failed_)
        return {Stage::send};
    return {Stage::done, std::move(static_cast<Outcome&>(result))};
}

// Returns whether the record is the version that If-Match asks for.
bool List::is_as_required() const {
    return selection_.if_match.empty() || (!entity_tag_.empty() && matches(selection_.if_match, entity_tag_));
}

Work::Step List::begin_pause(ReadResult result) {
    if (++pauses_ > most_pauses)
        return {
            Stage::done,
            {.problems = {{code::database_unsuitable, "", "the clock of the database server has stopped"}},
             .log = "the clock of the database server has stopped, and a list by updated_since waits "
                    "for it; correct the clock"}};
    selection_.read_until = std::move(result.read_until);
    pause_ = result.pause;
    return {Stage::pause};
}

Reply List::answer() {
    if (selection_.count_only)
        return make_reply(
            {write_answer(format(), {{"count", std::to_string(count_)}}, action().resource.names.many)});
    Reply reply = make_reply(in_parts_ ? TextPieces() : std::move(page_));
    reply.content_type = content_type_;
    if (!file_name_.empty()) {
        reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + file_name_ + "\"");
        return reply;
    }
    if (selection_.is_of_one() && !entity_tag_.empty())
        reply.headers.emplace_back("ETag", entity_tag_);
    if (position_.more)
        reply.headers.emplace_back("X-Helpdesk-More", "Y");
    return reply;
}

std::string_view List::shown(const std::vector<std::string>& values, std::size_t output) const {
    return values[output];
}

void List::note(const StoredRecord& record) {
    if (++records_ == 1 && action().resource.versioned)
        entity_tag_ = entity_tag(std::to_string(record.number), std::to_string(record.version));
}

void List::record(const StoredRecord& record) {
    text_.add(record);
    note(record);
}

void List::begin_record(StoredRecord record) {
    note(record);
    text_.begin(std::move(record));
}

void List::piece(std::string_view text, bool last) {
    text_.add_piece(text, last);
}

}  // namespace helpdesk
