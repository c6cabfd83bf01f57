#include "call/health_check.h"

#include "json.h"

namespace helpdesk {

Reply HealthCheck::reply(const Outcome& outcome) {
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

}  // namespace helpdesk
