#include "answer/codes.h"

#include <algorithm>

#include "answer/problem.h"

namespace helpdesk {
namespace {

using Codes = std::map<int, std::vector<CodeAbout>>;

// Adds the code of a value that refers to no row.
void add(Codes& codes, const Reference* reference) {
    if (reference == nullptr || reference->first_if_unknown)
        return;
    const std::string_view code = unknown_code(*reference);
    auto& same_status = codes[http_status(code)];
    if (std::none_of(same_status.begin(), same_status.end(),
                     [&](const CodeAbout& known) { return known.code == code; }))
        same_status.push_back({code, "There is no such " + std::string(noun_of(*reference)) + "."});
}

}  // namespace

std::map<int, std::vector<CodeAbout>> all_codes(std::span<const Action> actions) {
    Codes codes;
    for (const auto& [status, names] : codes_by_status())
        for (const std::string_view name : names)
            codes[status].push_back({name, std::string(about_code(name))});
    for (const Action& action : actions)
        for (const Variable& variable : action.resource.variables) {
            add(codes, variable.reference);
            if (variable.list != nullptr)
                add(codes, variable.list->reference);
        }
    return codes;
}

}  // namespace helpdesk
