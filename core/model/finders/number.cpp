// The finders by numbers: those of records, or those of records to which they refer.
#include "model/finder.h"
#include "request/check.h"

namespace helpdesk {
namespace {

constexpr std::string_view digits = "^[0-9]*$";
constexpr std::string_view digits_and_lists = "^([0-9 ,]*|\\*)$";

// Reads a number, and removes leading zeros.
std::optional<Finder::Values> read_number(const Selector& selector, const std::string& text,
                                          Problems& problems) {
    if (const auto number = parse_id(text))
        return Finder::Values{std::to_string(*number)};
    problems.push_back(
        {code::invalid_number, std::string(selector.name), std::string(id_form) + or_all(selector)});
    return std::nullopt;
}

std::optional<Finder::Values> read_numbers(const Selector& selector, const std::string& text,
                                           Problems& problems) {
    if (!selector.many)
        return read_number(selector, text, problems);
    auto values = split_values(selector, text, problems);
    if (!values)
        return std::nullopt;
    for (std::string& value : *values) {
        const auto number = read_number(selector, value, problems);
        if (!number)
            return std::nullopt;
        value = number->front();
    }
    return values;
}

// Reads an ID. An empty text is 0, which is no ID: the first page begins after it.
std::optional<Finder::Values> read_position(const Selector& selector, const std::string& text,
                                            Problems& problems) {
    return text.empty() ? Finder::Values{"0"} : read_number(selector, text, problems);
}

std::string words_for_numbers(const Resource&, const Selector& selector) {
    return (selector.many ? "one number, or several between commas" : "one ID") + or_all(selector);
}

}  // namespace

constexpr Finder finders::id = {
    .read = read_numbers,
    .meaning = compare_numbers<Compare::equal>,
    .words = words_for_numbers,
    .pattern = digits_and_lists,
    .takes_several = true,
    .unique = true,
};

constexpr Finder finders::number = {
    .read = read_numbers,
    .meaning = compare_numbers<Compare::equal>,
    .words = words_for_numbers,
    .pattern = digits_and_lists,
    .reach = Reach::anywhere,
    .takes_several = true,
};

constexpr Finder finders::number_from = {
    .read = read_number,
    .meaning = compare_numbers<Compare::at_least>,
    .words = [](const Resource&, const Selector&) -> std::string { return "the number or a larger one"; },
    .pattern = digits,
    .order = Order::range,
};

constexpr Finder finders::number_to = {
    .read = read_number,
    .meaning = compare_numbers<Compare::at_most>,
    .words = [](const Resource&, const Selector&) -> std::string { return "the number or a smaller one"; },
    .pattern = digits,
    .order = Order::range,
};

constexpr Finder finders::after_id = {
    .read = read_position,
    .meaning = compare_numbers<Compare::above>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "those after the ID, in the order of IDs: a page begins where the last one ended; empty: the "
               "first page; with `updated_since` the last record of the page before";
    },
    .pattern = digits,
    .order = Order::keyset,
    .continues_walk = true,
};

constexpr Finder finders::walk_position = {
    .read = read_number,
    .meaning = [](const Finder::Values&) { return std::vector<Comparison>(); },
    .words = [](const Resource&, const Selector&) -> std::string {
        return "the last record of the page before, whose `last_updated` goes into `updated_since`";
    },
    .pattern = digits,
    .reach = Reach::nowhere,
    .continues_walk = true,
};

}  // namespace helpdesk
