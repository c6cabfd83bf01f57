#include "call/export.h"

#include <algorithm>

#include "request/check.h"

namespace helpdesk {
namespace {

// Records that are found at once.
constexpr std::size_t most_found = 500;

}  // namespace

Export::Export(const Settings& settings, const Selection& selection, RowFormat format)
    : List(settings, selection, helpdesk::content_type(format),
           make_row_writer(format, selection.action->resource)),
      format_(format) {
    selection_.limit = most_found;
    for (Condition& condition : selection_.conditions)
        if (condition.selector->kind == SelectorKind::changed_since) {
            changed_ = *condition.selector;
            changed_.kind = SelectorKind::date_from;
            condition.selector = &changed_;
        }
    last_ = position().values.front();
}

// After which identifier those that are found begin.
Condition& Export::position() {
    const auto is_position = [](const auto& one) { return one.kind == SelectorKind::after; };
    auto found = std::find_if(selection_.conditions.begin(), selection_.conditions.end(),
                              [&](const Condition& condition) { return is_position(*condition.selector); });
    if (found != selection_.conditions.end())
        return *found;
    const auto selectors = action().resource.selectors;
    return selection_.conditions.emplace_back(
        Condition{&*std::find_if(selectors.begin(), selectors.end(), is_position), {""}});
}

std::string Export::disposition() const {
    return "attachment; filename=\"" + std::string(action().resource.plural) + "." +
           std::string(format_name(format_)) + "\"";
}

bool Export::select_more() {
    if (!position_.more)
        return false;
    position().values = {last_};
    position_ = {};
    return true;
}

void Export::note(const StoredRecord& record) {
    List::note(record);
    const Resource& resource = action().resource;
    last_ = record.values[static_cast<std::size_t>(resource.find_output(resource.known_by()) -
                                                   resource.outputs.data())];
}

// A name that reads as an ID would find another row; the ID follows the name.
std::string_view Export::shown(const std::vector<std::string>& values, std::size_t output) const {
    const Output& what = action().resource.outputs[output];
    const bool misleads = what.source == Output::Source::reference_name &&
                          what.variable->reference->by == Reference::By::id_or_name &&
                          parse_id(values[output]);
    return values[output + (misleads ? 1 : 0)];
}

}  // namespace helpdesk
