#include "hold.hpp"

#include <sys/socket.h>

namespace helpdesk::ngx {

bool client_has_gone(ngx_http_request_t* r) {
    const ngx_connection_t* connection = r->connection;
    if (is_terminated(r) || connection->read->pending_eof)
        return true;
    // In HTTP/2 all streams share a socket. nginx marks the stream when its client resets it.
    if (r->stream != nullptr)
        return false;
    char next = 0;
    const ssize_t size = recv(connection->fd, &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace helpdesk::ngx
