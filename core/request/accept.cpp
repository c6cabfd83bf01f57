// Turns a request into a call that can be carried out, or refuses it.
#include <algorithm>

#include "call/call.h"
#include "call/import.h"
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

struct Resolved {
    // The variables under the names that the tables have for them; nothing if those are the names that were
    // sent.
    std::optional<Variables> renamed;
    std::string ignored;  // the names that neither the API nor the action knows
};

// Resolves the names of the request's variables. In a request with rows an unknown one is always a problem:
// it may be a misspelt dry_run, and no old client sends an import.
Resolved resolve_names(const Settings& settings, const Action& action, const Request& request,
                       Problems& problems) {
    Resolved resolved;
    UnknownNames unknown(action, settings.reject_unknown || request.rows != nullptr);
    for (const auto& [sent, value] : request.variables.all()) {
        const std::string_view name = action.resolve(sent);
        if (name.empty()) {
            if (sent != key_variable && sent != action_variable && sent != settings.format_variable &&
                sent != charset_variable)
                unknown.add(sent, problems);
        } else if (name != sent) {
            if (!resolved.renamed)
                resolved.renamed = request.variables;
            if (!resolved.renamed->rename(sent, name))
                problems.push_back(sent_as_well_as(name, sent));
        }
    }
    resolved.ignored = unknown.ignored();
    return resolved;
}

Format choose_format(const Settings& settings, const Request& request, const Action* action,
                     Problems& problems) {
    const std::string_view name = request.variables.get(settings.format_variable);
    // An export's format is that of its rows, which its verb reads.
    if (name.empty() || (action != nullptr && action->verb.gives_rows))
        return preferred_format(request.accept).value_or(settings.format);
    const auto format = parse_format(name);
    if (!format)
        problems.push_back({code::invalid_format, settings.format_variable, "must be xml, json or url"});
    return format.value_or(settings.format);
}

// The memory that the request takes until its call ends, roughly. A call that may do either of two verbs has
// the values twice.
std::size_t memory_of(const Request& request, const Action& action) {
    std::size_t values = request.rows == nullptr ? 0 : memory_of_import(*request.rows, action);
    for (const Variables::Sent& variable : request.variables.all())
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

namespace {

// Returns the answer to a caller who may not come in, or whose request cannot be read. A caller without a
// good key learns nothing else. If part of the request could not be read, a missing key, action or variable
// may be in that part. Then the answer is only what could not be read, for a caller whose key is good and for
// one who showed none.
std::optional<Reply> refuse_caller(const Settings& settings, const Request& request, const Caller& caller,
                                   Format format, const Problems& problems) {
    const bool readable = request.variables.complete() && !request.hides_key;
    const KeySent sent = key_sent(settings, request);
    if (sent == KeySent::not_at_all && !readable)
        return problem_reply(settings, format, problems);
    if (const auto refusal = check_key(sent, caller.key, request.address, today()))
        return refusal_reply(settings, format, *refusal);
    return readable ? std::nullopt : std::optional(problem_reply(settings, format, problems));
}

// Returns the answer to a request whose action does not exist, or may not be called with the key.
std::optional<Reply> refuse_action(const Settings& settings, const Request& request, const Caller& caller,
                                   Format format, Problems problems) {
    if (caller.action == nullptr) {
        const bool is_missing = request.variables.get(action_variable).empty();
        problems.push_back({is_missing ? code::missing_action : code::unknown_action,
                            std::string(action_variable),
                            is_missing ? "is required" : "there is no such action"});
        return problem_reply(settings, format, problems);
    }
    if (const auto refusal = check_action(*caller.key, *caller.action))
        return refusal_reply(settings, format, *refusal);
    return std::nullopt;
}

struct Begun {
    std::unique_ptr<Work> work;
    std::string ignored;  // the names of ignored variables
};

// Checks the variables, and begins the work. If there are problems, the work must not be used.
Begun begin_work(const Settings& settings, const Request& request, const Caller& caller, Format format,
                 Problems& problems) {
    const Action& action = *caller.action;
    Resolved names = resolve_names(settings, action, request, problems);
    const Variables& variables = names.renamed ? *names.renamed : request.variables;
    Begun begun{.work = nullptr, .ignored = std::move(names.ignored)};
    begun.work = action.verb.begin({.settings = settings,
                                    .request = request,
                                    .variables = variables,
                                    .action = action,
                                    .key = *caller.key,
                                    .format = format,
                                    .problems = problems});
    return begun;
}

}  // namespace

std::variant<Reply, std::unique_ptr<Call>> accept(const Settings& settings, const Request& request,
                                                  const Caller& caller) {
    Problems problems = request.variables.problems();
    problems.insert(problems.end(), request.header_problems.begin(), request.header_problems.end());
    const Format format = choose_format(settings, request, caller.action, problems);
    if (auto refusal = refuse_caller(settings, request, caller, format, problems))
        return std::move(*refusal);
    if (auto refusal = refuse_action(settings, request, caller, format, problems))
        return std::move(*refusal);

    Begun begun = begin_work(settings, request, caller, format, problems);
    if (!problems.empty()) {
        Reply reply = problem_reply(settings, format, problems);
        add_ignored(reply, begun.ignored);
        return reply;
    }
    CallLimit::Place place;
    if (caller.key->limit != nullptr && (place = CallLimit::acquire(caller.key->limit)) == nullptr)
        return refusal_reply(settings, format, too_many_calls(*caller.key));
    auto memory = RequestMemory::take(settings.memory, settings.database, memory_of(request, *caller.action));
    if (memory == nullptr)
        return no_room(settings, format);
    return std::make_unique<Call>(settings, caller.action, std::move(begun.work), std::move(begun.ignored),
                                  std::move(place), std::move(memory));
}

}  // namespace helpdesk
