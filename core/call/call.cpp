#include "call/call.h"

#include <algorithm>
#include <map>

#include "json.h"
#include "place/locate.h"

namespace helpdesk {
namespace {

// A walk needs one; another when the timer was early, or the next server's clock is behind.
constexpr int most_pauses = 3;

using Clock = std::chrono::steady_clock;

std::string_view pool_of(Call::Stage stage) {
    return stage == Call::Stage::hash ? "hash" : "database";
}

Reply health_reply(const Outcome& outcome) {
    Reply reply{.content_type = content_type(Format::json), .body = {}, .headers = {}, .log = outcome.log};
    Json document = json::object();
    if (outcome.problems.empty()) {
        json::set(document, "status", json::string("ok"));
    } else {
        const Problem& problem = outcome.problems.front();
        reply.status = 503;
        reply.outcome = problem.code;
        json::set(document, "status", json::string("unavailable"));
        json::set(document, "code", json::string(problem.code));
        json::set(document, "reason", json::string(problem.text));
    }
    reply.body = {dump(document, JSON_COMPACT)};
    return reply;
}

}  // namespace

std::unique_ptr<Call> Call::health_check(const Settings& settings) {
    return std::unique_ptr<Call>(new Call(settings, Format::json, nullptr, HealthCheck{}, {}));
}

std::unique_ptr<Call> Call::sign_in(const Settings& settings, std::string_view identifier,
                                    std::string_view password) {
    const Action& action = *std::find_if(actions().begin(), actions().end(),
                                         [](const Action& one) { return one.verb == Verb::verify; });
    Variables variables;
    variables.add(action.resource.identifier().name, std::string(identifier));
    variables.add(action.resource.password()->name, std::string(password));
    Problems problems = variables.problems();
    SignInCheck check = check_sign_in(action, variables, problems);
    if (!problems.empty())
        return nullptr;
    return std::unique_ptr<Call>(new Call(settings, Format::url, &action, std::move(check), {}));
}

Call::Call(const Settings& settings, Format format, const Action* action, Work work, std::string ignored)
    : settings_(settings),
      format_(format),
      action_(action),
      work_(std::move(work)),
      ignored_(std::move(ignored)),
      stage_(Stage::database) {
    if (auto* write = std::get_if<Write>(&work_)) {
        located_ = write;
        const Locating way = settings.geocoder ? locating(*write) : Locating::none;
        reads_place_ = way == Locating::from_record;
        if (way == Locating::from_call)
            geocoder_query_ = begin_locating(*write, {});
        stage_ = stage_of_write();
    }
    wait();
}

// The first of what is left to do.
Call::Stage Call::stage_of_write() {
    if (reads_place_)
        return Stage::database;
    if (!geocoder_query_.empty())
        return Stage::locate;
    return std::get<Write>(work_).password() != nullptr ? Stage::hash : Stage::database;
}

void Call::wait() {
    since_ = Clock::now();
    if (stage_ == Stage::hash || stage_ == Stage::database)
        waiting_.emplace(metric::queue_depth, pool_of(stage_));
}

void Call::begin_stage() {
    const auto now = Clock::now();
    waiting_.reset();
    times_.queue += now - since_;
    observe(metric::queue_time, {pool_of(stage_)}, now - since_);
    if (stage_ == Stage::database)
        observe(metric::queue_time_by_database, {settings_.database->name}, now - since_);
    since_ = now;
}

void Call::end_stage(std::chrono::nanoseconds Times::*time) {
    times_.*time += Clock::now() - since_;
    wait();
}

void Call::hash() {
    begin_stage();
    try {
        if (auto* check = std::get_if<SignInCheck>(&work_)) {
            finish_sign_in(*check);
        } else if (auto* import = std::get_if<std::unique_ptr<Import>>(&work_)) {
            (*import)->hash();
            go_on(**import);
        } else {
            std::get<Write>(work_).hash_password(settings_.bcrypt_cost);
            stage_ = Stage::database;
        }
    } catch (const std::exception& error) {
        give_up(error);
    }
    end_stage(&Times::hash);
    if (!std::holds_alternative<std::unique_ptr<Import>>(work_))
        observe(metric::hash_time, {}, times_.hash);
}

std::string Call::take(const GeocoderReply& reply) {
    times_.geocoder = Clock::now() - since_;
    auto& write = std::get<Write>(work_);
    const GeocoderAnswer answer = read_geocoder_reply(write.action->resource, reply);
    observe(metric::geocoder_time, {answer.result()}, times_.geocoder);
    geocoder_query_.clear();
    if (answer.found)
        set_coordinates(*located_, *answer.found);
    stage_ = stage_of_write();
    if (!answer.found && write.action->verb == Verb::locate)
        end({.problems = {not_located(answer)},
             .log = answer.failure.empty() ? "" : "the geocoder: " + answer.failure});
    wait();
    return answer.found || stage_ == Stage::done ? "" : describe_failure(write, answer);
}

Call::Sharing Call::sharing() const {
    if (const auto* write = std::get_if<Write>(&work_))
        return !reads_place_ && can_share(*write) ? Sharing::write : Sharing::none;
    if (std::holds_alternative<HealthCheck>(work_))
        return Sharing::health;
    const auto* list = std::get_if<std::unique_ptr<List>>(&work_);
    return list != nullptr && !in_parts_ && (*list)->selection().is_of_one() ? Sharing::read : Sharing::none;
}

bool Call::takes_long() const {
    if (const auto* list = std::get_if<std::unique_ptr<List>>(&work_))
        return (*list)->always_in_parts() || (*list)->selection().takes_long();
    return is_import();
}

void Call::execute(std::span<const std::unique_ptr<Call>> calls) {
    for (const auto& call : calls)
        call->begin_stage();
    try {
        execute_groups(calls);
    } catch (const std::exception& error) {
        // Nothing was begun.
        for (const auto& call : calls)
            call->give_up(error);
    }
    for (const auto& call : calls) {
        call->end_stage(&Times::database);
        const bool comes_back =
            call->stage_ != Stage::done && !std::holds_alternative<SignInCheck>(call->work_);
        if (call->action_ == nullptr || comes_back)
            continue;
        observe(metric::database_time, {call->action_->name}, call->times_.database);
        observe(metric::time_by_database, {call->settings_.database->name}, call->times_.database);
    }
}

// Throws std::bad_alloc before anything is begun.
void Call::execute_groups(std::span<const std::unique_ptr<Call>> calls) {
    // Those that can share do so with calls to the same database.
    std::map<std::pair<const DatabaseSettings*, Sharing>, std::vector<Call*>> groups;
    for (const auto& call : calls)
        groups[{call->settings_.database, call->sharing()}].push_back(call.get());
    for (const auto& [key, group] : groups) {
        const Sharing sharing = key.second;
        const bool shares_statements = sharing == Sharing::read || sharing == Sharing::write;
        if (!shares_statements || group.size() == 1)
            for (Call* call : group)
                call->execute();
        else
            execute_together(sharing, group);
        if (shares_statements)
            observe(metric::group_size, {sharing == Sharing::write ? "write" : "read"}, group.size());
    }
}

void Call::execute_together(Sharing sharing, std::span<Call* const> calls) {
    try {
        if (sharing == Sharing::write)
            execute_writes(calls);
        else
            execute_reads(calls);
    } catch (const std::exception& error) {
        for (Call* call : calls)
            call->give_up(error);
    }
}

void Call::execute_writes(std::span<Call* const> calls) {
    std::vector<const Write*> writes;
    for (const Call* call : calls)
        writes.push_back(&std::get<Write>(call->work_));
    std::vector<WriteResult> results = write_grouped(*calls.front()->settings_.database, writes);
    for (std::size_t i = 0; i < calls.size(); ++i)
        calls[i]->take(std::move(results[i]));
}

void Call::execute_reads(std::span<Call* const> calls) {
    std::vector<List*> lists;
    std::vector<Reading> readings;
    for (const Call* call : calls) {
        lists.push_back(std::get<std::unique_ptr<List>>(call->work_).get());
        readings.push_back(lists.back()->reading());
    }
    std::vector<ReadResult> results = read_grouped(*calls.front()->settings_.database, readings);
    for (std::size_t i = 0; i < calls.size(); ++i)
        calls[i]->take(lists[i]->took(std::move(results[i])), *lists[i]);
}

void Call::execute() {
    try {
        if (!reads_place_ || read_place(std::get<Write>(work_)))
            std::visit([this](auto& work) { carry_out(work); }, work_);
    } catch (const std::exception& error) {
        give_up(error);
    }
}

// Whether the write can follow at once.
bool Call::read_place(Write& write) {
    StoredPlace place = helpdesk::read_place(*settings_.database, write);
    reads_place_ = false;
    if (!place.problems.empty()) {
        end(std::move(place));
        return false;
    }
    if (place.exists || write.when_missing)
        geocoder_query_ = begin_locating(write, place.values);
    if (!place.exists && write.when_missing) {
        located_ = write.when_missing.get();
        const bool ask = locating(*located_) == Locating::from_call;
        geocoder_query_ = ask ? begin_locating(*located_, {}) : "";
    }
    stage_ = stage_of_write();
    if (place.exists && geocoder_query_.empty() && write.action->verb == Verb::locate)
        end({.problems = {not_located({})}, .log = {}});
    return stage_ == Stage::database;
}

void Call::take(WriteResult result) {
    if (result.problems.empty()) {
        const auto& write = std::get<Write>(work_);
        const Action& done = write.when_missing && result.added ? *write.when_missing->action : *write.action;
        rows_ = result.repeated ? 0 : 1;
        body_ = {write_answer(format_, {{done.answer, result.answer}})};
        if (result.repeated)
            headers_.emplace_back("Idempotent-Replayed", "true");
        if (!result.entity_tag.empty())
            headers_.emplace_back("ETag", std::move(result.entity_tag));
    }
    end(std::move(result));
}

void Call::take(ReadResult result, List& list) {
    const Selection& selection = list.selection();
    const std::string& tag = list.entity_tag_of_first();
    if (result.problems.empty() && !selection.if_match.empty() &&
        (tag.empty() || !matches(selection.if_match, tag)))
        result.problems.push_back(precondition_failed(selection.action->resource.noun));
    rows_ = in_parts_ || result.problems.empty() ? list.records() : 0;
    if (!result.problems.empty())
        return end(std::move(result));
    if (!in_parts_)
        begin_answer(list);
    if (in_parts_) {
        stage_ = Stage::send;
    } else if (selection.count_only) {
        body_ = {write_answer(format_, {{"count", std::to_string(result.count)}},
                              selection.action->resource.plural)};
        end({});
    } else {
        body_ = std::move(list.page());
        end({});
    }
}

void Call::begin_answer(const List& list) {
    if (list.selection().is_of_one() && !list.entity_tag_of_first().empty() && !list.always_in_parts())
        headers_.emplace_back("ETag", list.entity_tag_of_first());
    if (list.exceeds_limit() && !list.always_in_parts())
        headers_.emplace_back("X-Helpdesk-More", "Y");
    in_parts_ = !list.selection().count_only && (list.always_in_parts() || list.more());
}

void Call::carry_out(const Write& write) {
    take(helpdesk::write(*settings_.database, write));
}

void Call::carry_out(const std::unique_ptr<List>& list) {
    ReadResult result = list->read_page();
    if (result.pause.count() == 0)
        return take(std::move(result), *list);
    if (++pauses_ > most_pauses)
        return end(
            {.problems = {{code::database_unsuitable, "", "the clock of the database server does not go on"}},
             .log = "the clock of the database server does not go on, and a list by updated_since waits "
                    "for it; correct the clock"});
    list->selection().read_until = std::move(result.read_until);
    pause_ = result.pause;
    stage_ = Stage::pause;
}

void Call::end_pause() {
    stage_ = Stage::database;
    wait();
}

void Call::carry_out(const SignInCheck& check) {
    credentials_ = read_credentials(*settings_.database, check);
    if (!credentials_.problems.empty())
        return end(std::move(credentials_));
    stage_ = Stage::hash;
}

void Call::carry_out(const HealthCheck& /*check*/) {
    end(check_health(*settings_.database));
}

void Call::carry_out(const std::unique_ptr<Import>& import) {
    Outcome outcome = import->carry_out();
    if (outcome.problems.empty())
        go_on(*import);
    else
        end(std::move(outcome));
}

void Call::go_on(const Import& import) {
    if (import.stage() != Import::Stage::done) {
        stage_ = import.stage() == Import::Stage::hash ? Stage::hash : Stage::database;
        return;
    }
    rows_ = import.changed();
    body_ = import.report(format_);
    ignored_ += (ignored_.empty() || import.ignored().empty() ? "" : ",") + import.ignored();
    end({.problems = {}, .log = import.log()});
}

void Call::sent() {
    std::get<std::unique_ptr<List>>(work_)->page() = {};
    stage_ = Stage::database;
    wait();
}

// Whoever has not shown the password learns nothing but that.
void Call::finish_sign_in(SignInCheck& check) {
    const bool right = verify_password(check.password, credentials_.password_hash, settings_.bcrypt_cost);
    cleanse(check.password);
    if (right && credentials_.allowed)
        signed_in_ = credentials_.identifier;
    Record fields = {{check.action->answer, right && credentials_.allowed ? "Y" : "N"}};
    const auto names = check.action->resource.sign_in->outputs;
    for (std::size_t i = 0; i < names.size(); ++i)
        fields.push_back({names[i], right ? std::string_view(credentials_.outputs[i]) : ""});
    body_ = {write_answer(format_, fields)};
    end({});
}

void Call::end(Outcome outcome) {
    outcome_ = std::move(outcome);
    if (const auto* import = std::get_if<std::unique_ptr<Import>>(&work_);
        import != nullptr && !outcome_.problems.empty())
        (*import)->explain(outcome_.problems.front());
    stage_ = Stage::done;
}

void Call::give_up(const std::exception& error) noexcept {
    stage_ = Stage::done;
    failed_without_memory_ = true;
    try {
        end({.problems = {problem_of_status(500)}, .log = error.what()});
        failed_without_memory_ = false;
    } catch (const std::exception&) {
        // There may be memory for the answer when it is asked for.
    }
}

void Call::fail(Problem problem) {
    waiting_.reset();
    end({.problems = {std::move(problem)}, .log = "no thread took the call"});
}

Reply Call::reply() {
    if (failed_without_memory_)
        outcome_ = {.problems = {problem_of_status(500)}, .log = "there is no memory"};
    Reply reply;
    if (std::holds_alternative<HealthCheck>(work_)) {
        reply = health_reply(outcome_);
    } else if (!outcome_.problems.empty()) {
        reply = problem_reply(settings_, format_, outcome_.problems);
        reply.log = outcome_.log;
    } else {
        const auto* list = std::get_if<std::unique_ptr<List>>(&work_);
        reply.content_type = list == nullptr ? content_type(format_) : (*list)->content_type();
        reply.body = std::move(body_);
        reply.log = outcome_.log;
        reply.headers = std::move(headers_);
        if (std::string disposition = list == nullptr ? "" : (*list)->disposition(); !disposition.empty())
            reply.headers.emplace_back("Content-Disposition", std::move(disposition));
    }
    add_ignored(reply, ignored_);
    reply.times = times_;
    reply.rows = rows_;
    return reply;
}

}  // namespace helpdesk
