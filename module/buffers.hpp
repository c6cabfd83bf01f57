// The buffers in which nginx gets and gives the bytes of a response.
#pragma once

#include <vector>

#include "answer/format.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

// A chain of buffers over a text, which nginx only reads. Text and buffers must stay until nginx has sent
// them. After that, the buffers can take another text.
class Buffers {
  public:
    // Returns the chain over a whole response, or over one part of it. The last part ends the response,
    // unless this is a subrequest, whose text is inside another response. Throws std::bad_alloc.
    ngx_chain_t* hold(const ngx_http_request_t* r, const TextPieces& text, bool last);

  private:
    std::vector<ngx_buf_t> buffers_;
    std::vector<ngx_chain_t> links_;
};

// Returns the chain over the whole body of a response. The buffers are in the request's pool. Throws
// std::bad_alloc.
ngx_chain_t* body_chain(ngx_http_request_t* r, const TextPieces& body);

// Marks all that a body filter was given as sent, so that none of it goes on.
void discard(ngx_chain_t* in) noexcept;

}  // namespace helpdesk::ngx
