#include "answer/reply.h"

#include <algorithm>

namespace helpdesk {
namespace {

// The seconds after which a client may try again, if it was told to.
constexpr std::string_view retry_after = "1";

// The most problems that an answer lists.
constexpr std::size_t most_problems = 100;

std::string_view outcome(const Problems& problems, int status) {
    const auto found = std::find_if(problems.begin(), problems.end(), [&](const Problem& problem) {
        return http_status(problem.code) == status;
    });
    return found == problems.end() ? code::internal_error : found->code;
}

}  // namespace

void add_ignored(Reply& reply, const std::string& ignored) {
    if (!ignored.empty())
        reply.headers.emplace_back("X-Helpdesk-Ignored", ignored);
}

Reply problem_reply(const Settings& settings, Format format, const Problems& problems) {
    const int status = http_status(problems);
    Reply reply{.status = settings.legacy_status && status < 500 ? 200 : status,
                .content_type = content_type(format),
                .body = {write_problems(format, first_of(problems, most_problems))},
                .headers = {},
                .outcome = outcome(problems, status),
                .log = {}};
    if (status == 429 || status == 503)
        reply.headers.emplace_back("Retry-After", retry_after);
    if (status == 405)
        reply.headers.emplace_back("Allow", "GET, POST");
    if (reply.status == 401)
        reply.headers.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
}

}  // namespace helpdesk
