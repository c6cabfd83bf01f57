// The reply to a request, before nginx makes a response of it.
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

// Where a call's time went.
struct Times {
    std::chrono::nanoseconds queue{};  // until threads took it
    std::chrono::nanoseconds database{};
    std::chrono::nanoseconds hash{};
    std::chrono::nanoseconds geocoder{};
};

struct Reply {
    int status = 200;
    std::string_view content_type;
    Text body;
    std::vector<std::pair<std::string_view, std::string>> headers;
    std::string_view outcome = "ok";  // or the code of the problem that the status tells; static text
    std::string log;                  // for the operator, at level error; empty when there is nothing to say
    Times times = {};
    std::uint64_t rows = 0;  // records that it gives or that were changed
};

// The answer to a request that had problems. Also for those that nginx or the module found.
Reply problem_reply(const Settings& settings, Format format, const Problems& problems);

// Tells the client's author the variables that were ignored, if there were any.
void add_ignored(Reply& reply, const std::string& ignored);

}  // namespace helpdesk
