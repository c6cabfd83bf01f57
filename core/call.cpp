#include "call.h"

#include <openssl/crypto.h>

#include "text.h"

namespace helpdesk {
namespace {

constexpr std::string_view key_variable = "key";
constexpr std::string_view action_variable = "action";

// Seconds after which a client that was told to come back may do so.
constexpr std::string_view retry_after = "1";

std::string_view sent_key(const Request& request) {
    if (const std::string_view key = request.variables.get(key_variable); !key.empty())
        return key;
    return request.api_key.empty() ? bearer_token(request.authorization) : request.api_key;
}

// The names that neither the API nor the action knows: problems, or a list for the client's author.
std::string unknown_variables(const Settings& settings, const Action& action, const Variables& variables,
                              Problems& problems) {
    constexpr int most_listed = 20;
    std::string ignored;
    int listed = 0;
    for (const Variables::Variable& variable : variables.all()) {
        const std::string& name = variable.name;
        if (name == key_variable || name == action_variable || name == settings.format_variable ||
            action.resource().find(name) != nullptr)
            continue;
        if (settings.reject_unknown) {
            problems.push_back({code::unknown_variable, printable_name(name),
                                "is not a variable of " + std::string(action.name)});
        } else if (listed++ < most_listed) {
            ignored += (ignored.empty() ? "" : ",") + printable_name(name);
        }
    }
    return ignored;
}

void add_ignored(Reply& reply, const std::string& ignored) {
    if (!ignored.empty())
        reply.headers.emplace_back("X-Helpdesk-Ignored", ignored);
}

}  // namespace

Reply problem_reply(const Settings& settings, Format format, const Problems& problems) {
    const int status = http_status(problems);
    Reply reply{.status = settings.legacy_status && status < 500 ? 200 : status,
                .content_type = content_type(format),
                .body = write_problems(format, problems),
                .headers = {},
                .log = {}};
    if (status == 429 || status == 503)
        reply.headers.emplace_back("Retry-After", retry_after);
    if (status == 405)
        reply.headers.emplace_back("Allow", "GET, POST");
    if (reply.status == 401)
        reply.headers.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
}

Format choose_format(const Settings& settings, const Request& request, Problems& problems) {
    const std::string_view name = request.variables.get(settings.format_variable);
    if (name.empty())
        return preferred_format(request.accept).value_or(settings.format);
    const auto format = parse_format(name);
    if (!format)
        problems.push_back({code::invalid_format, settings.format_variable, "must be xml, json or url"});
    return format.value_or(settings.format);
}

bool is_taken_name(std::string_view name) {
    const std::string lower = text::to_lower(name);
    return lower == key_variable || lower == action_variable || customers().find(lower) != nullptr;
}

std::variant<Reply, std::unique_ptr<Call>> Call::accept(const Settings& settings, const Request& request) {
    Problems problems = request.variables.problems();
    const Format format = choose_format(settings, request, problems);

    // Whoever has no key learns nothing else.
    const std::string_view key = sent_key(request);
    // Unless the key may stand in what could not be read.
    if (key.empty() && !request.variables.complete())
        return problem_reply(settings, format, problems);
    if (key.empty())
        return problem_reply(settings, format,
                             {{code::missing_key, std::string(key_variable), "is required"}});
    if (find_key(settings.keys, key) == nullptr) {
        Reply reply = problem_reply(settings, format,
                                    {{code::wrong_key, std::string(key_variable), "is not a valid API key"}});
        reply.log = "refused: the key is not one of helpdesk_key";
        return reply;
    }

    // What is missing may stand there, too: nothing more can be said of the request.
    if (!request.variables.complete())
        return problem_reply(settings, format, problems);

    const std::string_view name = request.variables.get(action_variable);
    const Action* action = find_action(name);
    if (action == nullptr) {
        problems.push_back({name.empty() ? code::missing_action : code::unknown_action,
                            std::string(action_variable),
                            name.empty() ? "is required" : "there is no such action"});
        return problem_reply(settings, format, problems);
    }

    std::string ignored = unknown_variables(settings, *action, request.variables, problems);
    Write write = check(*action, request.variables, settings.check, problems);
    if (!problems.empty()) {
        Reply reply = problem_reply(settings, format, problems);
        add_ignored(reply, ignored);
        return reply;
    }
    return std::unique_ptr<Call>(new Call(settings, format, std::move(write), std::move(ignored)));
}

Call::Call(const Settings& settings, Format format, Write write, std::string ignored)
    : settings_(settings), format_(format), write_(std::move(write)), ignored_(std::move(ignored)) {
    const Value* password = write_.find(Kind::password);
    hash_needed_ = password != nullptr && password->text && !password->text->empty();
}

void Call::hash() {
    std::string& password = *write_.find(Kind::password)->text;
    try {
        std::string hash = hash_password(password, settings_.bcrypt_cost);
        OPENSSL_cleanse(password.data(), password.size());
        password = std::move(hash);
        hash_needed_ = false;
    } catch (const std::exception& error) {
        fail(problem_of_status(500));
        result_.log = error.what();
    }
}

void Call::execute(std::span<const std::unique_ptr<Call>> calls) {
    for (const auto& call : calls)
        call->result_ = helpdesk::write(*call->settings_.database, call->write_);
}

Reply Call::reply() const {
    Reply reply;
    if (failed()) {
        reply = problem_reply(settings_, format_, result_.problems);
        reply.log = result_.log;
    } else {
        reply.content_type = content_type(format_);
        reply.body = write_answer(format_, write_.action->answer, result_.identifier);
    }
    add_ignored(reply, ignored_);
    return reply;
}

}  // namespace helpdesk
