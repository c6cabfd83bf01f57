#include "model/finder.h"

#include <algorithm>

#include "date.h"
#include "model/resource.h"
#include "text.h"

namespace helpdesk {
namespace {

bool fits(const Selector& selector, std::string_view text, Problems& problems) {
    if (text::length(text) <= selector.limit)
        return true;
    problems.push_back({code::too_long, std::string(selector.name),
                        "is longer than " + std::to_string(selector.limit) + " characters"});
    return false;
}

}  // namespace

std::optional<Finder::Values> read_one_text(const Selector& selector, const std::string& text,
                                            Problems& problems) {
    std::string value(text::trim(text));
    if (!fits(selector, value, problems))
        return std::nullopt;
    return Finder::Values{std::move(value)};
}

std::optional<Finder::Values> split_values(const Selector& selector, const std::string& text,
                                           Problems& problems) {
    Finder::Values values = text::split_list(text, max_list_items + 1);
    if (values.size() > max_list_items)
        problems.push_back({code::too_many_values, std::string(selector.name),
                            "has more than " + std::to_string(max_list_items) + " entries"});
    else if (values.empty())
        problems.push_back({code::required, std::string(selector.name), "is a list without an entry"});
    else
        return values;
    return std::nullopt;
}

std::optional<Finder::Values> read_texts(const Selector& selector, const std::string& text,
                                         Problems& problems) {
    if (!selector.many)
        return read_one_text(selector, text, problems);
    auto values = split_values(selector, text, problems);
    if (!values || !std::all_of(values->begin(), values->end(),
                                [&](const std::string& value) { return fits(selector, value, problems); }))
        return std::nullopt;
    return values;
}

std::optional<Finder::Values> read_flag(const Selector& selector, const std::string& text,
                                        Problems& problems) {
    for (const char* flag : {"Y", "N"})
        if (text::equal_ignoring_case(text, flag))
            return Finder::Values{flag};
    problems.push_back({code::invalid_choice, std::string(selector.name), "must be Y or N"});
    return std::nullopt;
}

std::optional<Finder::Values> read_date(const Selector& selector, const std::string& text,
                                        Problems& problems) {
    if (auto date = parse_date(text))
        return Finder::Values{std::move(*date)};
    problems.push_back({code::invalid_date, std::string(selector.name), describe_bad_date(text)});
    return std::nullopt;
}

std::vector<Comparison> with_texts(Compare how, const Finder::Values& values) {
    return {{how, {values.begin(), values.end()}}};
}

std::vector<Comparison> with_numbers(Compare how, const Finder::Values& values) {
    Comparison comparison{how};
    for (const std::string& value : values)
        comparison.values.emplace_back(std::uint64_t{std::stoull(value)});
    return {std::move(comparison)};
}

namespace {

// Describes one of the references that a selector follows. What the selector does comes after the last one.
std::string step(std::string_view name, bool last) {
    return "`" + std::string(name) + "`" + (last ? ": " : " of ");
}

}  // namespace

std::string describe_selector(const Resource& resource, const Selector& selector) {
    std::string way;
    for (const std::string_view name : selector.through)
        way.insert(0, step(name, way.empty()));
    return (way.empty() ? "" : "by ") + way + selector.finder->words(resource, selector);
}

std::string or_all(const Selector& selector) {
    return selector.all ? ", or `*` for all" : "";
}

}  // namespace helpdesk
