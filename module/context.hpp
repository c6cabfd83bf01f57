// The context of a request: everything that the module keeps of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "answer/reply.h"
#include "call/request_memory.h"
#include "ngx.hpp"
#include "request/access.h"

namespace helpdesk::ngx {

struct RequestHead;
struct Stream;

// nginx forgets the context at an internal redirect; the object lives as long as the request.
struct RequestContext {
    const RequestHead* head = nullptr;  // the line and the headers, once they were read
    std::optional<Caller> caller;       // once the whole request was read
    std::optional<std::chrono::steady_clock::time_point> begin;  // when the API's handler was called

    // Set together, when the response is the API's own. The outcome is empty until then.
    std::string_view outcome;
    Times times;
    std::uint64_t rows = 0;

    const TextPieces* envelope = nullptr;  // the body that replaces the one that nginx made, until it is sent
    bool replaces = false;
    RequestMemory::Share body_memory;  // of the part of the body that is not in a file
    Stream* stream = nullptr;          // of an answer that is sent in parts
};

// Returns null if there is no context yet.
inline RequestContext* find_context(ngx_http_request_t* r) {
    return static_cast<RequestContext*>(ngx_http_get_module_ctx(r, ngx_http_helpdesk_module));
}

// Makes the context if there is none yet. Throws std::bad_alloc.
inline RequestContext& context(ngx_http_request_t* r) {
    if (find_context(r) == nullptr)
        ngx_http_set_ctx(r, make<RequestContext>(r->pool), ngx_http_helpdesk_module);
    return *find_context(r);
}

}  // namespace helpdesk::ngx
