#include "call/work.h"

#include <utility>

namespace helpdesk {

std::vector<Work::Step> Work::carry_out_together(std::span<Work* const> works) {
    std::vector<Step> steps;
    steps.reserve(works.size());
    for (Work* work : works)
        steps.push_back(work->carry_out());
    return steps;
}

Work::Step Work::apply_reply(const OutsideReply& /*reply*/, std::string& /*warning*/) {
    return {Stage::database};
}

const TextPieces& Work::part() const {
    static const TextPieces none;
    return none;
}

Reply Work::reply(const Outcome& outcome) {
    Reply reply = outcome.problems.empty() ? answer() : problem_reply(settings_, format_, outcome.problems);
    reply.log = outcome.log;
    reply.rows = rows();
    return reply;
}

Reply Work::make_reply(TextPieces body) const {
    return {.content_type = content_type(format_), .body = std::move(body), .headers = {}, .log = {}};
}

}  // namespace helpdesk
