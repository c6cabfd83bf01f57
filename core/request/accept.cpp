// The way in: from a request to a call that can be carried out, or to the refusal.
#include <algorithm>

#include "call/call.h"
#include "call/export.h"
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
                              Problems& problems) {
    UnknownNames unknown(action, settings.reject_unknown || request.rows != nullptr);
    for (const Variables::Variable& variable : request.variables.all()) {
        const std::string& name = variable.name;
        if (name != key_variable && name != action_variable && name != settings.format_variable &&
            name != charset_variable && !action.knows(name))
            unknown.add(name, problems);
    }
    return unknown.ignored();
}

// Refuses an If-Match where it would be passed over.
std::vector<std::string> read_if_match(const Request& request, bool has_entity_tag, Problems& problems) {
    if (request.if_match.empty())
        return {};
    auto tags = parse_if_match(request.if_match);
    if (!tags)
        problems.push_back({code::bad_request, std::string(if_match_header),
                            "must be * or entity tags in quotes, as ETag gives them"});
    else if (!has_entity_tag)
        problems.push_back({code::bad_request, std::string(if_match_header),
                            "is not possible here: only records that are there have an ETag, and those of " +
                                std::string(customers().plural)});
    return tags.value_or(std::vector<std::string>());
}

// Whether a variable tells one request from another. Secrets do not: nothing derived from them by a fast hash
// may be stored. Nor do variables that change nothing, one of which may be a misspelt secret.
bool tells_requests_apart(const Action& action, const std::string& name) {
    if (name == action_variable)
        return true;
    const Variable* variable = action.resource.find(name);
    return action.knows(name) && (variable == nullptr || !variable->secret);
}

// By what a repeat of the request is known, if it has an Idempotency-Key and nothing is wrong with it.
std::optional<Repeatable> read_idempotency_key(const Request& request, const Action& action,
                                               const Key& api_key, const std::vector<std::string>& if_match,
                                               Problems& problems) {
    const std::string_view key = request.idempotency_key;
    if (key.size() > longest_idempotency_key)
        problems.push_back({code::too_long, std::string(idempotency_key_header),
                            "is longer than " + std::to_string(longest_idempotency_key) + " bytes"});
    if (key.empty() || !problems.empty())
        return std::nullopt;
    auto variables = request.variables.all();
    std::erase_if(variables, [&](const Variables::Variable& variable) {
        return !tells_requests_apart(action, variable.name);
    });
    return make_repeatable(api_key.name, key, std::move(variables), if_match);
}

CheckOptions check_options(const Settings& settings, const Key& key) {
    CheckOptions options = settings.check;
    options.key = &key;
    return options;
}

std::unique_ptr<Import> make_import(const Settings& settings, const Action& action, const Key& key,
                                    const Request& request, Problems& problems) {
    ImportOptions options = check_import(action.resource, request.variables, problems);
    options.rows = check_options(settings, key);
    if (request.rows == nullptr)
        problems.push_back({code::unsupported_media_type, "",
                            "the rows must be the body of a POST, as text/csv or application/x-ndjson"});
    return std::make_unique<Import>(settings, action, options, request.rows);
}

std::unique_ptr<List> make_export(const Settings& settings, const Action& action, const Variables& variables,
                                  Problems& problems) {
    const std::string_view name = variables.get(settings.format_variable);
    const auto format = name.empty() ? RowFormat::csv : parse_row_format(name);
    if (!format)
        problems.push_back({code::invalid_format, settings.format_variable, "must be csv or ndjson"});
    return std::make_unique<Export>(settings,
                                    check_selection(action, variables, settings.max_records, problems),
                                    format.value_or(RowFormat::csv));
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

Reply refusal_reply(const Settings& settings, Format format, const Refusal& refusal) {
    Reply reply = problem_reply(settings, format, {refusal.problem});
    reply.log = "refused: " + refusal.log;
    return reply;
}

}  // namespace

Format choose_format(const Settings& settings, const Request& request, Problems& problems) {
    return choose_format(settings, request, find_action(request.variables.get(action_variable)), problems);
}

bool is_taken_name(std::string_view name) {
    const std::string lower = text::to_lower(name);
    return lower == key_variable || lower == action_variable ||
           std::any_of(actions().begin(), actions().end(),
                       [&](const Action& action) { return action.knows(lower); });
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

std::variant<Reply, std::unique_ptr<Call>> Call::accept(const Settings& settings, const Request& request,
                                                        const Caller& caller) {
    Problems problems = request.variables.problems();
    problems.insert(problems.end(), request.header_problems.begin(), request.header_problems.end());
    const bool readable = request.variables.complete() && !request.hides_key;
    const Format format = choose_format(settings, request, caller.action, problems);

    // Whoever has no key learns nothing else.
    const KeySent sent = key_sent(settings, request);
    // Unless the key may stand in what could not be read.
    if (sent == KeySent::not_at_all && !readable)
        return problem_reply(settings, format, problems);
    if (const auto refusal = check_key(sent, caller.key, request.address, today()))
        return refusal_reply(settings, format, *refusal);

    // What is missing may stand there, too: nothing more can be said of the request.
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

    const CheckOptions options = check_options(settings, *caller.key);
    std::string ignored = unknown_variables(settings, *action, request, problems);
    Work work = [&]() -> Work {
        if (action->verb.gives_rows)
            return make_export(settings, *action, request.variables, problems);
        if (action->verb.selects)
            return std::make_unique<List>(
                settings, check_selection(*action, request.variables, settings.max_records, problems),
                format);
        if (action->verb.signs_in)
            return check_sign_in(*action, request.variables, problems);
        if (action->verb.takes_rows)
            return make_import(settings, *action, *caller.key, request, problems);
        return check(*action, request.variables, options, problems);
    }();
    if (auto* list = std::get_if<std::unique_ptr<List>>(&work); list != nullptr && !action->verb.gives_rows) {
        Selection& selection = (*list)->selection();
        selection.if_match =
            read_if_match(request, action->takes_if_match() && selection.is_of_one(), problems);
    } else if (auto* write = std::get_if<Write>(&work)) {
        write->if_match = read_if_match(request, action->takes_if_match(), problems);
        write->repeatable = read_idempotency_key(request, *action, *caller.key, write->if_match, problems);
    } else {
        read_if_match(request, false, problems);
        if (action->verb.takes_rows && !request.idempotency_key.empty())
            problems.push_back({code::bad_request, std::string(idempotency_key_header),
                                "is not possible here: an import can be sent again without"});
    }
    if (!request.other_condition.empty() && (action->verb.changes || action->verb.takes_rows))
        problems.push_back(
            {code::bad_request, std::string(request.other_condition),
             "is not possible here: a change can depend on " + std::string(if_match_header) + " alone"});
    if (action->verb.locates && !settings.geocoder)
        problems.push_back({code::geocoder_unavailable, "", "this server has no geocoder"});
    if (!problems.empty()) {
        Reply reply = problem_reply(settings, format, problems);
        add_ignored(reply, ignored);
        return reply;
    }
    CallLimit::Place place;
    if (caller.key->limit != nullptr && (place = CallLimit::take(caller.key->limit)) == nullptr)
        return refusal_reply(settings, format, too_many_calls(*caller.key));
    std::unique_ptr<Call> call(new Call(settings, format, action, std::move(work), std::move(ignored)));
    call->place_ = std::move(place);
    return call;
}

}  // namespace helpdesk
