#include "request/redact.h"

#include <algorithm>
#include <functional>
#include <set>

#include "key.h"
#include "model/action.h"
#include "text.h"

namespace helpdesk {
namespace {

bool is_secret(std::string_view name) {
    static const auto secrets = [] {
        std::set<std::string_view> names{key_variable};
        for (const Action& action : actions())
            for (const Variable& variable : action.resource.variables)
                if (variable.secret)
                    names.insert(variable.name);
        return names;
    }();
    const auto decoded = text::decode_form_text(name);
    return decoded && secrets.contains(text::to_lower(*decoded));
}

// Returns the ` HTTP/1.1` at the end of a line. Any other end is part of the query.
std::string_view protocol(std::string_view line) {
    constexpr std::string_view form = " HTTP/1.1";
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::string_view end = line.substr(line.size() - std::min(line.size(), form.size()));
    const bool matches = std::equal(end.begin(), end.end(), form.begin(), form.end(),
                                    [&](char c, char f) { return digit(f) ? digit(c) : c == f; });
    return matches ? end : std::string_view();
}

}  // namespace

std::string redact_request_line(std::string_view line) {
    const std::string_view end = protocol(line);
    std::string_view query = line.substr(0, line.size() - end.size());
    const std::size_t path = std::min(query.find('?'), query.size());
    std::string result(query.substr(0, path));
    query.remove_prefix(path);
    // Each piece keeps the `?` or `&` that it begins with.
    while (!query.empty()) {
        const std::string_view piece = query.substr(0, query.find('&', 1));
        query.remove_prefix(piece.size());
        const std::size_t equals = piece.find('=');
        if (equals != std::string_view::npos && is_secret(piece.substr(1, equals - 1)))
            result.append(piece.substr(0, equals + 1)).append("***");
        else
            result.append(piece);
    }
    return result.append(end);
}

}  // namespace helpdesk
