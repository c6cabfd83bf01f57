#include "request/decode_list.h"

#include <algorithm>

#include "request/json_numbers.h"

namespace helpdesk {
namespace {

// Reads the objects of a list that has its brackets. Each is parsed by itself, so that a parser never holds
// more than one. Returns false if it is no list of objects.
bool read_items(std::string_view list, std::vector<Variables>& items) {
    const auto skip_space = [&] {
        list.remove_prefix(std::min(list.find_first_not_of(json_space), list.size()));
    };
    list.remove_prefix(1);
    skip_space();
    if (list == "]")
        return true;
    while (list.starts_with('{')) {
        const std::size_t end = json_value_end(list);
        decode_json(list.substr(0, end), items.emplace_back(), "item");
        list.remove_prefix(end);
        skip_space();
        if (list == "]")
            return true;
        if (!list.starts_with(','))
            return false;
        list.remove_prefix(1);
        skip_space();
    }
    return false;
}

}  // namespace

void decode_json_with_list(std::string_view body, Variables& variables, const std::string& what,
                           std::string_view list, std::optional<std::vector<Variables>>& items) {
    const std::string_view found = find_json_list(body, list);
    if (found.empty())
        return decode_json(body, variables, what);
    const auto begin = static_cast<std::size_t>(found.data() - body.data());
    decode_json(std::string(body.substr(0, begin)) + "null" + std::string(body.substr(begin + found.size())),
                variables, what);
    if (!read_items(found, items.emplace()))
        variables.add_unreadable(
            {code::malformed_body, printable_name(list), "must be a list of JSON objects"});
}

}  // namespace helpdesk
