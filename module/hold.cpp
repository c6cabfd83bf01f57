#include "hold.hpp"

#include <poll.h>

namespace helpdesk::ngx {

bool client_has_gone(ngx_http_request_t* r) {
    if (is_terminated(r))
        return true;
    // In HTTP/2 all streams share a socket. nginx marks a stream as terminated when its client resets it or
    // closes the connection.
    if (r->stream != nullptr)
        return false;
    // The system knows about the end even when there is something to read before it, such as the end of a TLS
    // session or another request. nginx knows only if it waits for events of the connection. It does not if
    // it found the whole request when it accepted the connection.
    pollfd client{.fd = r->connection->fd, .events = POLLRDHUP, .revents = 0};
    return poll(&client, 1, 0) > 0;
}

}  // namespace helpdesk::ngx
