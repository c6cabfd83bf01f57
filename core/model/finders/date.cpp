// The finders of ranges of time, and of the walk along changes.
#include <algorithm>

#include "date.h"
#include "model/finder.h"
#include "model/resource.h"

namespace helpdesk {
namespace {

constexpr std::size_t date_length = 10;  // as SQL writes it

// Returns what happened at the time, followed by a blank.
std::string event_of(const Selector& selector) {
    return selector.event.empty() ? "" : std::string(selector.event) + " ";
}

std::string_view has_no_time(const Resource& resource, const Selector& selector) {
    const bool has_time =
        std::any_of(resource.outputs.begin(), resource.outputs.end(), [&](const Output& output) {
            return output.form == Form::time && output.source == Output::Source::column &&
                   output.column == selector.columns.front();
        });
    return has_time ? "" : "selects by the time in a column that has none";
}

std::string_view has_no_changes(const Resource& resource, const Selector& selector) {
    const bool has_changes = resource.timestamps && selector.columns.front() == "last_updated";
    return has_changes ? "" : "walks by the time of change, but the resource has none";
}

}  // namespace

constexpr Finder finders::date_from = {
    .read = read_date,
    .meaning = compare_texts<Compare::at_least>,
    .words = [](const Resource&, const Selector& selector) -> std::string {
        return event_of(selector) + "at or after the date";
    },
    .unsuited = has_no_time,
    .order = Order::range,
};

constexpr Finder finders::date_to = {
    .read = [](const Selector& selector, const std::string& text,
               Problems& problems) -> std::optional<Finder::Values> {
        if (auto end = parse_date_end(text))
            return Finder::Values{std::move(*end)};
        return read_date(selector, text, problems);
    },
    .meaning = compare_texts<Compare::below>,
    .words = [](const Resource&, const Selector& selector) -> std::string {
        return event_of(selector) + "at or before the date; without a time its whole day counts";
    },
    .unsuited = has_no_time,
    .order = Order::range,
};

constexpr Finder finders::date_on = {
    .read = [](const Selector& selector, const std::string& text,
               Problems& problems) -> std::optional<Finder::Values> {
        const auto begin = parse_date(text);
        const auto end = parse_date_end(text);
        if (!begin || !end)
            return read_date(selector, text, problems);
        // A date without a time ends at a midnight, as it begins.
        const bool is_day = begin->substr(date_length) == end->substr(date_length);
        return is_day ? Finder::Values{*end, *begin} : Finder::Values{*end};
    },
    .meaning = [](const Finder::Values& values) -> std::vector<Comparison> {
        std::vector<Comparison> meaning = {{Compare::below, {values.front()}}};
        if (values.size() > 1)
            meaning.push_back({Compare::at_least, {values.back()}});
        return meaning;
    },
    .words = [](const Resource&, const Selector& selector) -> std::string {
        return event_of(selector) + "on the date, or with a time at or before it";
    },
    .unsuited = has_no_time,
    .order = Order::range,
};

constexpr Finder finders::changed_since = {
    .read = read_date,
    .meaning = compare_texts<Compare::at_least>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "changed at or after the date, in the order of change";
    },
    .unsuited = has_no_changes,
    .order = Order::walk,
};

}  // namespace helpdesk
