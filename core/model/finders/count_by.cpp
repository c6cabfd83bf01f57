// The finder that counts the records of a list instead of giving them.
#include "model/counting.h"
#include "model/finder.h"
#include "model/resource.h"
#include "text.h"

namespace helpdesk {

const CountBy* find_count_by(const Resource& resource, std::string_view name) {
    for (const CountBy& by : resource.counting->by)
        if (by.name == name)
            return &by;
    return nullptr;
}

std::string names_of_counts(const Resource& resource, std::string_view quote) {
    std::string names;
    for (const CountBy& by : resource.counting->by) {
        const bool last = &by == &resource.counting->by.back();
        names.append(names.empty() ? "" : last ? " or " : ", ").append(quote).append(by.name).append(quote);
    }
    return names;
}

// Whether the resource counts by the value is checked where the resource is known.
constexpr Finder finders::count_by = {
    .read = [](const Selector&, const std::string& text,
               Problems&) { return std::optional(Finder::Values{text::to_lower(text::trim(text))}); },
    .meaning = [](const Finder::Values&) { return std::vector<Comparison>(); },
    .words = [](const Resource& resource, const Selector&) -> std::string {
        return names_of_counts(resource, "`") +
               "; a day, a week or a month is that in which they began, and its value is its first day";
    },
    .unsuited = [](const Resource& resource, const Selector&) -> std::string_view {
        return resource.counting == nullptr || resource.deadline == nullptr
                   ? "counts records, but nothing says how, or when the work ends"
                   : "";
    },
    .reach = Reach::nowhere,
    .counts = true,
};

}  // namespace helpdesk
