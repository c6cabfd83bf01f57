// The reply to a request, of which the module makes nginx's response.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer/format.h"
#include "answer/problem.h"
#include "call/settings.h"

namespace helpdesk {

// Says how a call's time was spent.
struct Times {
    std::chrono::nanoseconds queue{};  // until threads took it
    std::chrono::nanoseconds database{};
    std::chrono::nanoseconds hash{};
    std::chrono::nanoseconds asking{};  // until another server replied
};

struct Reply {
    int status = 200;
    std::string_view content_type;
    TextPieces body;
    std::vector<std::pair<std::string_view, std::string>> headers;
    std::string_view outcome = "ok";  // or the code of the problem that gave the status; a static text
    std::string log;                  // for the operator, at level error; empty if there is nothing to say
    Times times = {};
    std::uint64_t rows = 0;  // the number of records that were given or changed
};

// Makes the answer to a request that had problems, also to one that nginx or the module refused.
Reply problem_reply(const Settings& settings, Format format, const Problems& problems);

// Tells the client's author which variables were ignored, if any were.
void add_ignored(Reply& reply, const std::string& ignored);

}  // namespace helpdesk
