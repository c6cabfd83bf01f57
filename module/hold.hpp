// Holding a request while something outside the event loop works for it.
#pragma once

#include "ngx.hpp"

namespace helpdesk::ngx {

// Keeps nginx from freeing the request, even when its client has gone. A hold is for one piece of work, on
// top of the count on the request that its owner has.
//
// nginx counts the holds of a request and all its subrequests in eight bits: false when it cannot count one
// more, and then nothing is held.
inline bool hold(ngx_http_request_t* r) {
    constexpr unsigned most_holds = 255;
    if (r->main->blocked == most_holds)
        return false;
    r->main->blocked++;
    return true;
}

// Ends a hold. The request is still there as long as its owner's count is.
inline void release(ngx_http_request_t* r) {
    r->main->blocked--;
}

// Whether nobody is there to take the answer any more, as far as that can be seen without reading: nginx does
// not tell a module of it while the request waits.
bool client_has_gone(ngx_http_request_t* r);

}  // namespace helpdesk::ngx
