// The way in: from a request to a call that can be carried out, or to the refusal.
#include <algorithm>

#include "call/call.h"
#include "call/incoming.h"
#include "request/accept.h"
#include "text.h"

namespace helpdesk {
namespace {

std::string_view find_sent_key(const Request& request) {
    if (const std::string_view key = request.variables.get(key_variable); !key.empty())
        return key;
    return request.api_key.empty() ? bearer_token(request.authorization) : request.api_key;
}

KeySent key_sent(const Settings& settings, const Request& request) {
    if (settings.refuse_key_in_url && request.key_in_url)
        return KeySent::in_url;
    return find_sent_key(request).empty() ? KeySent::not_at_all : KeySent::properly;
}

std::chrono::sys_days today() {
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

// The names that neither the API nor the action knows. Beside rows they are always a problem: one may be a
// misspelt dry_run, and an import is of no old client, which would send others.
std::string unknown_variables(const Settings& settings, const Action& action, const Request& request,
                              const Variables& variables, Problems& problems) {
    UnknownNames unknown(action, settings.reject_unknown || request.rows != nullptr);
    for (const Variables::Variable& variable : variables.all()) {
        const std::string& name = variable.name;
        if (name != key_variable && name != action_variable && name != settings.format_variable &&
            name != charset_variable && !action.knows(name))
            unknown.add(name, problems);
    }
    return unknown.ignored();
}

// The request's variables under the names that the tables have for them. Nothing: that is what they have.
std::optional<Variables> resolve_aliases(const Action& action, const Variables& variables) {
    const auto is_alias = [&](const Variables::Variable& variable) {
        const std::string_view name = action.resolve(variable.name);
        return !name.empty() && name != variable.name;
    };
    if (std::none_of(variables.all().begin(), variables.all().end(), is_alias))
        return std::nullopt;
    Variables resolved;
    for (const Variables::Variable& variable : variables.all())
        resolved.add(is_alias(variable) ? action.resolve(variable.name) : variable.name, variable.value);
    return resolved;
}

Format choose_format(const Settings& settings, const Request& request, const Action* action,
                     Problems& problems) {
    const std::string_view name = request.variables.get(settings.format_variable);
    // An export's format is that of its rows.
    if (name.empty() || (action != nullptr && action->verb.gives_rows))
        return preferred_format(request.accept).value_or(settings.format);
    const auto format = parse_format(name);
    if (!format)
        problems.push_back({code::invalid_format, settings.format_variable, "must be xml, json or url"});
    return format.value_or(settings.format);
}

// The memory that the request takes until its call ends, roughly. A call that may do either of two verbs has
// the values twice. An import makes values of a few of its rows at a time.
std::size_t memory_of(const Request& request, const Action& action) {
    std::size_t values = request.rows == nullptr ? 0 : request.rows->text.size();
    for (const Variables::Variable& variable : request.variables.all())
        values += sizeof(variable) + variable.name.size() + variable.value.size();
    return action.verb.when_missing == nullptr ? values : 2 * values;
}

Reply refusal_reply(const Settings& settings, Format format, const Refusal& refusal) {
    Reply reply = problem_reply(settings, format, {refusal.problem});
    reply.log = "refused: " + refusal.log;
    return reply;
}

Reply no_room(const Settings& settings, Format format) {
    return refusal_reply(settings, format,
                         {problem_of_status(503), "requests have taken all of helpdesk_max_request_memory"});
}

}  // namespace

Reply refuse_for_memory(const Settings& settings, const Request& request) {
    Problems ignored;
    return no_room(settings, choose_format(settings, request, ignored));
}

Format choose_format(const Settings& settings, const Request& request, Problems& problems) {
    return choose_format(settings, request, find_action(request.variables.get(action_variable)), problems);
}

bool is_taken_name(std::string_view name) {
    const std::string lower = text::to_lower(name);
    return lower == key_variable || lower == action_variable ||
           std::any_of(actions().begin(), actions().end(),
                       [&](const Action& action) { return !action.resolve(lower).empty(); });
}

Caller identify(const Settings& settings, const Request& request) {
    Caller caller{.key = nullptr, .action = find_action(request.variables.get(action_variable))};
    if (key_sent(settings, request) == KeySent::properly)
        caller.key = find_key(settings.keys, find_sent_key(request));
    return caller;
}

std::optional<Reply> refuse_early(const Settings& settings, const Request& request, const Caller& caller,
                                  Known known) {
    const KeySent sent = key_sent(settings, request);
    if (request.hides_key || (sent == KeySent::not_at_all && known == Known::head))
        return std::nullopt;
    auto refusal = check_key(sent, caller.key, request.address, today());
    if (!refusal && caller.action != nullptr)
        refusal = check_action(*caller.key, *caller.action);
    if (!refusal)
        return std::nullopt;
    Problems ignored;
    return refusal_reply(settings, choose_format(settings, request, caller.action, ignored), *refusal);
}

Caller identify_entitled(const Settings& settings, const Request& request) {
    Caller caller = identify(settings, request);
    if (check_key(key_sent(settings, request), caller.key, request.address, today()))
        caller.key = nullptr;
    return caller;
}

std::variant<Reply, std::unique_ptr<Call>> accept(const Settings& settings, const Request& request,
                                                  const Caller& caller) {
    Problems problems = request.variables.problems();
    problems.insert(problems.end(), request.header_problems.begin(), request.header_problems.end());
    const bool readable = request.variables.complete() && !request.hides_key;
    const Format format = choose_format(settings, request, caller.action, problems);

    // A caller without a good key learns nothing but that. Where part of the request could not be read, a
    // missing key, action or variable may stand in that part: then what could not be read is all that can be
    // said, to a caller whose key is good and to one who showed none.
    const KeySent sent = key_sent(settings, request);
    if (sent == KeySent::not_at_all && !readable)
        return problem_reply(settings, format, problems);
    if (const auto refusal = check_key(sent, caller.key, request.address, today()))
        return refusal_reply(settings, format, *refusal);
    if (!readable)
        return problem_reply(settings, format, problems);

    const std::string_view name = request.variables.get(action_variable);
    const Action* action = caller.action;
    if (action == nullptr) {
        problems.push_back({name.empty() ? code::missing_action : code::unknown_action,
                            std::string(action_variable),
                            name.empty() ? "is required" : "there is no such action"});
        return problem_reply(settings, format, problems);
    }

    if (const auto refusal = check_action(*caller.key, *action))
        return refusal_reply(settings, format, *refusal);

    const std::optional<Variables> resolved = resolve_aliases(*action, request.variables);
    const Variables& variables = resolved ? *resolved : request.variables;
    if (resolved)
        problems.insert(problems.end(), resolved->problems().begin(), resolved->problems().end());
    std::string ignored = unknown_variables(settings, *action, request, variables, problems);
    std::unique_ptr<Work> work = action->verb.begin({.settings = settings,
                                                     .request = request,
                                                     .variables = variables,
                                                     .action = *action,
                                                     .key = *caller.key,
                                                     .format = format,
                                                     .problems = problems});
    if (!problems.empty()) {
        Reply reply = problem_reply(settings, format, problems);
        add_ignored(reply, ignored);
        return reply;
    }
    CallLimit::Place place;
    if (caller.key->limit != nullptr && (place = CallLimit::take(caller.key->limit)) == nullptr)
        return refusal_reply(settings, format, too_many_calls(*caller.key));
    auto memory = RequestMemory::take(settings.memory, settings.database, memory_of(request, *action));
    if (memory == nullptr)
        return no_room(settings, format);
    return std::make_unique<Call>(settings, action, std::move(work), std::move(ignored), std::move(place),
                                  std::move(memory));
}

}  // namespace helpdesk
