#include "call/write.h"

#include <utility>

#include "call/hash_time.h"

namespace helpdesk {
namespace {

std::unique_ptr<Preparation> begin_preparation(Write& write, const Settings& settings) {
    const Preparing* preparing = write.action->resource.preparing;
    return preparing == nullptr ? nullptr : preparing->begin(write, settings);
}

}  // namespace

WriteWork::WriteWork(const Settings& settings, Format format, Write write)
    : Work(settings, format), write_(std::move(write)), preparation_(begin_preparation(write_, settings)) {}

// Returns the first stage that is still to be done. Decides what the write can share when nothing is left to
// be looked up: it is asked for more than once, and takes a plan of the write.
Work::Stage WriteWork::next_stage() {
    if (prepares_in_database())
        return Stage::database;
    if (preparation_ && !preparation_->query().empty())
        return Stage::ask;
    sharing_ = can_share(write_) ? Sharing::write : Sharing::none;
    return write_.password() != nullptr ? Stage::hash : Stage::database;
}

// If nothing more must be looked up or hashed, the write follows in the same step.
Work::Step WriteWork::carry_out() {
    if (prepares_in_database()) {
        Outcome outcome = preparation_->read(database());
        if (!outcome.problems.empty())
            return {Stage::done, std::move(outcome)};
        if (next_stage() != Stage::database)
            return {next_stage()};
    }
    return end_with(helpdesk::write(database(), write_));
}

std::vector<Work::Step> WriteWork::carry_out_together(std::span<Work* const> works) {
    std::vector<const Write*> writes;
    writes.reserve(works.size());
    for (const Work* work : works)
        writes.push_back(&static_cast<const WriteWork*>(work)->write_);
    std::vector<WriteResult> results = write_grouped(database(), writes);
    std::vector<Step> steps;
    steps.reserve(works.size());
    for (std::size_t i = 0; i < works.size(); ++i)
        steps.push_back(static_cast<WriteWork*>(works[i])->end_with(std::move(results[i])));
    return steps;
}

Work::Step WriteWork::hash() {
    const HashTime time;
    write_.hash_password(settings().bcrypt_cost);
    return {Stage::database};
}

Work::Step WriteWork::apply_reply(const OutsideReply& reply, std::string& warning) {
    Outcome outcome = preparation_->apply_reply(reply, warning);
    if (!outcome.problems.empty())
        return {Stage::done, std::move(outcome)};
    return {next_stage()};
}

Work::Step WriteWork::end_with(WriteResult result) {
    stored_ = result.problems.empty();
    Outcome outcome = std::move(static_cast<Outcome&>(result));
    result_ = std::move(result);
    return {Stage::done, std::move(outcome)};
}

Reply WriteWork::answer() {
    const Write* done = write_.when_missing && result_.added ? write_.when_missing.get() : &write_;
    FieldList fields = {{done->action->answer, result_.answer}};
    if (write_.dry_run)
        for (const auto& [name, value] : result_.told)
            fields.push_back({name, value});
    Reply reply = make_reply({write_answer(format(), fields)});
    if (result_.repeated)
        reply.headers.emplace_back("Idempotent-Replayed", "true");
    if (!result_.entity_tag.empty())
        reply.headers.emplace_back("ETag", std::move(result_.entity_tag));
    return reply;
}

}  // namespace helpdesk
