#include "call/call.h"

#include <algorithm>
#include <map>
#include <utility>

#include "call/health_check.h"
#include "call/sign_in_work.h"
#include "model/action.h"

namespace helpdesk {
namespace {

using Clock = std::chrono::steady_clock;

std::string_view pool_of(Call::Stage stage) {
    return stage == Call::Stage::hash ? "hash" : "database";
}

const Action& sign_in_action(const Resource& resource) {
    return *std::find_if(actions().begin(), actions().end(), [&](const Action& action) {
        return &action.resource == &resource && action.verb.signs_in;
    });
}

std::string joined(const std::string& one, const std::string& other) {
    return one + (one.empty() || other.empty() ? "" : ",") + other;
}

}  // namespace

std::unique_ptr<Call> Call::health_check(const Settings& settings) {
    return std::make_unique<Call>(settings, nullptr, std::make_unique<HealthCheck>(settings), "", nullptr,
                                  nullptr);
}

std::unique_ptr<Call> Call::sign_in(const Settings& settings, const Resource& resource,
                                    std::string_view identifier, std::string_view password) {
    const Action& action = sign_in_action(resource);
    Variables variables;
    variables.add(resource.name()->name, std::string(identifier));
    variables.add(resource.password()->name, std::string(password));
    Problems problems = variables.problems();
    SignInCheck check = check_sign_in(action, variables, problems);
    if (!problems.empty())
        return nullptr;
    return std::make_unique<Call>(settings, &action,
                                  std::make_unique<SignInWork>(settings, Format::url, std::move(check)), "",
                                  nullptr, nullptr);
}

Call::Call(const Settings& settings, const Action* action, std::unique_ptr<Work> work, std::string ignored,
           CallLimit::Place place, RequestMemory::Share memory)
    : settings_(settings),
      action_(action),
      work_(std::move(work)),
      ignored_(std::move(ignored)),
      place_(std::move(place)),
      memory_(std::move(memory)) {
    begin_waiting(work_->first_stage());
}

// Each stage begins by waiting for a thread.
void Call::begin_waiting(Stage stage) {
    stage_ = stage;
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
    begin_waiting(stage_);
}

void Call::apply_step(Work::Step step) {
    outcome_ = std::move(step.outcome);
    if (!outcome_.problems.empty())
        work_->explain(outcome_.problems.front());
    stage_ = step.next;
}

void Call::hash() {
    begin_stage();
    try {
        apply_step(work_->hash());
    } catch (const std::exception& error) {
        give_up(error);
    }
    end_stage(&Times::hash);
}

std::string Call::apply_reply(OutsideReply reply) {
    reply.time = Clock::now() - since_;
    times_.asking = reply.time;
    std::string warning;
    apply_step(work_->apply_reply(reply, warning));
    begin_waiting(stage_);
    return warning;
}

void Call::sent() {
    work_->part_was_sent();
    begin_waiting(Stage::database);
}

void Call::execute(std::span<const std::unique_ptr<Call>> calls) {
    for (const auto& call : calls)
        call->begin_stage();
    try {
        execute_groups(calls);
    } catch (const std::exception& error) {
        // No call has begun any work.
        for (const auto& call : calls)
            call->give_up(error);
    }
    for (const auto& call : calls) {
        call->end_stage(&Times::database);
        call->note_database_time();
    }
}

// Throws std::bad_alloc, but not once any work has begun.
void Call::execute_groups(std::span<const std::unique_ptr<Call>> calls) {
    // Calls that can share statements do so with calls to the same database.
    std::map<std::pair<const DatabaseSettings*, Sharing>, std::vector<Call*>> groups;
    for (const auto& call : calls)
        groups[{call->settings_.database, call->sharing()}].push_back(call.get());
    for (const auto& [key, group] : groups) {
        const Sharing sharing = key.second;
        const bool shares_statements = sharing == Sharing::read || sharing == Sharing::write;
        if (!shares_statements || group.size() == 1)
            for (Call* call : group)
                call->execute_alone();
        else
            execute_together(group);
        if (shares_statements)
            observe(metric::group_size, {sharing == Sharing::write ? "write" : "read"}, group.size());
    }
}

void Call::execute_together(std::span<Call* const> calls) {
    try {
        std::vector<Work*> works;
        works.reserve(calls.size());
        for (const Call* call : calls)
            works.push_back(call->work_.get());
        std::vector<Work::Step> steps = works.front()->carry_out_together(works);
        for (std::size_t i = 0; i < calls.size(); ++i)
            calls[i]->apply_step(std::move(steps[i]));
    } catch (const std::exception& error) {
        for (Call* call : calls)
            call->give_up(error);
    }
}

void Call::execute_alone() {
    try {
        apply_step(work_->carry_out());
    } catch (const std::exception& error) {
        give_up(error);
    }
}

// Counts once for each call that has an action, with the total of its time on database threads.
void Call::note_database_time() const {
    if (action_ == nullptr || !work_->is_done_with_database(stage_))
        return;
    observe(metric::database_time, {action_->name}, times_.database);
    observe(metric::time_by_database, {settings_.database->name}, times_.database);
}

void Call::give_up(const std::exception& error) noexcept {
    stage_ = Stage::done;
    failed_without_memory_ = true;
    try {
        apply_step({Stage::done, {.problems = {problem_of_status(500)}, .log = error.what()}});
        failed_without_memory_ = false;
    } catch (const std::exception&) {
        // There may be memory again when reply() is called.
    }
}

void Call::fail(Problem problem, std::string log) {
    waiting_.reset();
    apply_step({Stage::done, {.problems = {std::move(problem)}, .log = std::move(log)}});
}

Reply Call::reply() {
    if (failed_without_memory_)
        outcome_ = {.problems = {problem_of_status(500)}, .log = "out of memory"};
    Reply reply = work_->reply(outcome_);
    add_ignored(reply, joined(ignored_, work_->ignored()));
    reply.times = times_;
    return reply;
}

}  // namespace helpdesk
