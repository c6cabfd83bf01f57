#include "call/export.h"

#include <algorithm>

#include "model/path.h"
#include "request/check.h"

namespace helpdesk {
namespace {

// The number of records found by one statement.
constexpr std::size_t most_found = 500;

}  // namespace

Export::Export(const Settings& settings, Format format, const Selection& selection, RowFormat row_format)
    : List(settings, format, selection, content_type(row_format),
           make_row_writer(row_format, selection.action->resource),
           std::string(selection.action->resource.names.many) + "." + std::string(format_name(row_format))) {
    selection_.limit = most_found;
    for (Condition& condition : selection_.conditions)
        if (condition.selector->finder->is_walk()) {
            changed_ = *condition.selector;
            changed_.finder = &finders::date_from;
            condition.selector = &changed_;
        }
    last_ = position().values.front();
}

// Returns the condition that says after which record the next ones begin.
Condition& Export::position() {
    const auto is_position = [](const Selector& selector) { return selector.finder->is_keyset(); };
    auto found = std::find_if(selection_.conditions.begin(), selection_.conditions.end(),
                              [&](const Condition& condition) { return is_position(*condition.selector); });
    if (found != selection_.conditions.end())
        return *found;
    // validate() makes sure that there is one.
    const auto selectors = action().resource.selectors;
    const Selector& selector = *std::find_if(selectors.begin(), selectors.end(), is_position);
    Problems none;
    return selection_.conditions.emplace_back(
        Condition{&selector, selector.finder->read(selector, "", none).value()});
}

// Sets the selection to the records that follow. Returns false if there are none.
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
    const Output* output = output_of(resource, position().selector->columns.front());
    last_ = record.values[static_cast<std::size_t>(output - resource.outputs.data())];
}

// If a name can be read as an ID, an import would find another row by it. Then the ID is shown instead.
std::string_view Export::shown(const std::vector<std::string>& values, std::size_t output) const {
    const std::vector<Output>& outputs = action().resource.outputs;
    const Output& what = outputs[output];
    const bool misleads = what.source == Output::Source::reference && what.name == what.variable->name &&
                          what.variable->reference->by == Reference::By::id_or_name &&
                          parse_id(values[output]);
    if (!misleads)
        return values[output];
    const auto number = std::find_if(outputs.begin(), outputs.end(), [&](const Output& other) {
        return other.source == Output::Source::reference_id && other.variable == what.variable;
    });
    return values[static_cast<std::size_t>(number - outputs.begin())];
}

}  // namespace helpdesk
