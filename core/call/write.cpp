#include "call/write.h"

#include <utility>

#include "call/hash_time.h"
#include "place/locate.h"

namespace helpdesk {

WriteWork::WriteWork(const Settings& settings, Format format, Write write)
    : Work(settings, format), write_(std::move(write)), look_up_(write_, settings.geocoder) {}

// Returns the first stage that is still to be done.
Work::Stage WriteWork::next_stage() {
    if (look_up_.needs_stored_address())
        return Stage::database;
    if (!look_up_.query().empty())
        return Stage::locate;
    return write_.password() != nullptr ? Stage::hash : Stage::database;
}

Work::Sharing WriteWork::sharing() const {
    return !look_up_.needs_stored_address() && can_share(write_) ? Sharing::write : Sharing::none;
}

Work::Step WriteWork::carry_out() {
    if (look_up_.needs_stored_address()) {
        Step step = read_stored_address();
        if (step.next != Stage::database)
            return step;
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

// If nothing must be looked up or hashed, the write follows in the same step.
Work::Step WriteWork::read_stored_address() {
    StoredPlace place = read_place(database(), write_);
    if (!place.problems.empty())
        return {Stage::done, std::move(place)};
    look_up_.apply_stored_address(place.exists, place.values);
    if (place.exists && look_up_.query().empty() && only_locates())
        return {Stage::done, {.problems = {not_located({})}, .log = {}}};
    return {next_stage()};
}

Work::Step WriteWork::hash() {
    const HashTime time;
    write_.hash_password(settings().bcrypt_cost);
    return {Stage::database};
}

Work::Step WriteWork::apply_geocoder_answer(const GeocoderAnswer& answer, std::string& warning) {
    look_up_.apply_answer(answer);
    if (answer.found)
        return {next_stage()};
    if (only_locates())
        return {Stage::done,
                {.problems = {not_located(answer)},
                 .log = answer.failure.empty() ? "" : "the geocoder: " + answer.failure}};
    warning = describe_failure(write_, answer);
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
    Reply reply = make_reply({write_answer(format(), {{done->action->answer, result_.answer}})});
    if (result_.repeated)
        reply.headers.emplace_back("Idempotent-Replayed", "true");
    if (!result_.entity_tag.empty())
        reply.headers.emplace_back("ETag", std::move(result_.entity_tag));
    return reply;
}

}  // namespace helpdesk
