#include "call/incoming.h"

#include <algorithm>

namespace helpdesk {
namespace {

// Returns whether a variable distinguishes one request from another. Secrets do not count, since nothing
// derived from them by a fast hash may be stored. Nor do ignored variables, one of which may be a misspelt
// secret.
bool tells_requests_apart(const Action& action, const std::string& name) {
    if (name == action_variable)
        return true;
    const Variable* variable = action.resource.find(name);
    return action.knows(name) && (variable == nullptr || !variable->secret);
}

std::string resources_with_entity_tags() {
    std::string names;
    const Resource* last = nullptr;
    for (const Action& action : actions()) {
        if (&action.resource != last && action.resource.versioned)
            names += (names.empty() ? "" : ", ") + std::string(action.resource.names.many);
        last = &action.resource;
    }
    return names;
}

}  // namespace

CheckOptions Incoming::check_options() const {
    CheckOptions options = settings.check;
    options.key = &key;
    return options;
}

std::vector<std::string> Incoming::if_match(bool has_entity_tag) const {
    if (request.if_match.empty())
        return {};
    auto tags = parse_if_match(request.if_match);
    if (!tags)
        problems.push_back({code::bad_request, std::string(if_match_header),
                            "must be * or entity tags in quotes, as ETag gives them"});
    else if (!has_entity_tag)
        problems.push_back({code::bad_request, std::string(if_match_header),
                            "is not possible here: only existing records have an ETag, and only those of " +
                                resources_with_entity_tags()});
    return tags.value_or(std::vector<std::string>());
}

std::optional<Repeatable> Incoming::repeatable(const std::vector<std::string>& if_match) const {
    const std::string_view value = request.idempotency_key;
    if (value.size() > longest_idempotency_key)
        problems.push_back({code::too_long, std::string(idempotency_key_header),
                            "is longer than " + std::to_string(longest_idempotency_key) + " bytes"});
    if (value.empty() || !problems.empty())
        return std::nullopt;
    auto told_apart = variables.all();
    std::erase_if(told_apart, [&](const Variables::Sent& variable) {
        return !tells_requests_apart(action, variable.name);
    });
    return make_repeatable(key.name, value, std::move(told_apart), if_match);
}

void Incoming::refuse_idempotency_key(const std::string& why) const {
    if (!request.idempotency_key.empty())
        problems.push_back(
            {code::bad_request, std::string(idempotency_key_header), "is not possible here: " + why});
}

void Incoming::refuse_other_conditions() const {
    if (!request.other_condition.empty())
        problems.push_back(
            {code::bad_request, std::string(request.other_condition),
             "is not possible here: a change can depend on " + std::string(if_match_header) + " alone"});
}

}  // namespace helpdesk
