// Ranges of time, and the walk along changes.
#include "date.h"
#include "model/finder.h"

namespace helpdesk {
namespace {

// What happened at the time, and a blank.
std::string event_of(const Selector& selector) {
    return selector.event.empty() ? "" : std::string(selector.event) + " ";
}

}  // namespace

constexpr Finder finders::date_from = {
    .read = read_date,
    .meaning = compare_texts<Compare::at_least>,
    .words = [](const Resource&, const Selector& selector) -> std::string {
        return event_of(selector) + "at or after the date";
    },
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
    .order = Order::range,
};

constexpr Finder finders::changed_since = {
    .read = read_date,
    .meaning = compare_texts<Compare::at_least>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "changed at or after the date, in the order of change";
    },
    .order = Order::walk,
};

}  // namespace helpdesk
