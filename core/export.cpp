#include "export.h"

#include <algorithm>

#include "call.h"
#include "check.h"

namespace helpdesk {
namespace {

// Records of a page: its text is held until the client has taken it.
constexpr std::size_t page_size = 500;

}  // namespace

Export::Export(const Settings& settings, Selection selection, RowFormat format)
    : settings_(settings), selection_(std::move(selection)), format_(format) {
    selection_.limit = page_size;
    for (Condition& condition : selection_.conditions)
        if (condition.selector->kind == SelectorKind::changed_since) {
            changed_ = *condition.selector;
            changed_.kind = SelectorKind::date_from;
            condition.selector = &changed_;
        }
    last_ = position().values.front();
}

// Where the page begins.
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

Outcome Export::read_page() {
    records_ += page_records_;
    position().values = {last_};
    ReadResult result = read(*settings_.database, selection_, *this);
    more_ = result.more;
    begun_ = true;
    return result;
}

void Export::start() {
    page_ = begun_ ? "" : row_head(format_, action().resource);
    page_records_ = 0;
    last_ = position().values.front();
}

void Export::record(const std::vector<std::string>& values) {
    ++page_records_;
    const std::vector<Output>& outputs = action().resource.outputs;
    std::vector<std::string> shown(values.begin(),
                                   values.begin() + static_cast<std::ptrdiff_t>(outputs.size()));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const Output& output = outputs[i];
        if (output.column == action().resource.identifier().column)
            last_ = values[i];
        if (output.source == Output::Source::time || output.source == Output::Source::list_dates)
            shown[i] = format_times(values[i], settings_.time_format);
        // A name that reads as an ID would find another row; the ID follows the name.
        if (output.source == Output::Source::reference_name &&
            output.variable->reference->by == Reference::By::id_or_name && parse_id(values[i]))
            shown[i] = values[i + 1];
    }
    page_ += write_row(format_, action().resource, shown);
}

}  // namespace helpdesk
