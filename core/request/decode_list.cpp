#include "request/decode_list.h"

#include <algorithm>

#include "request/json_numbers.h"

namespace helpdesk {
namespace {

enum class Split { all, too_many, no_objects };

// Splits a list that has its brackets into its objects. Each is to be parsed by itself, so that a parser
// never holds more than one.
Split split_items(std::string_view list, PartList& items) {
    const auto skip_space = [&] {
        list.remove_prefix(std::min(list.find_first_not_of(json_space), list.size()));
    };
    list.remove_prefix(1);
    skip_space();
    if (list == "]")
        return Split::all;
    while (list.starts_with('{')) {
        const std::size_t end = json_value_end(list);
        if (!items.add(list.substr(0, end)))
            return Split::too_many;
        list.remove_prefix(end);
        skip_space();
        if (list == "]")
            return Split::all;
        if (!list.starts_with(','))
            break;
        list.remove_prefix(1);
        skip_space();
    }
    return Split::no_objects;
}

}  // namespace

bool decode_json_with_list(std::string_view body, Variables& variables, const std::string& what,
                           std::string_view list, PartList& items) {
    const std::string_view found = find_json_list(body, list);
    if (found.empty()) {
        decode_json(body, variables, what);
        return false;
    }
    const auto begin = static_cast<std::size_t>(found.data() - body.data());
    decode_json(std::string(body.substr(0, begin)) + "null" + std::string(body.substr(begin + found.size())),
                variables, what);
    const Split read = split_items(found, items);
    if (read == Split::too_many)
        variables.add_unreadable(too_many_parts(list));
    else if (read == Split::no_objects)
        variables.add_unreadable(
            {code::malformed_body, printable_name(list), "must be a list of JSON objects"});
    return true;
}

Problem too_many_parts(std::string_view list) {
    return {code::too_many_values, printable_name(list),
            "has more than " + std::to_string(most_parts) + " entries"};
}

}  // namespace helpdesk
