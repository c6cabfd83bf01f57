// The reply of another server that a call asked.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace helpdesk {

struct OutsideReply {
    int status = 0;                   // of HTTP
    std::string_view body = {};       // must not be trusted
    std::string failure = {};         // why nothing came back; empty if something did
    std::chrono::nanoseconds time{};  // how long the call waited for it
};

}  // namespace helpdesk
