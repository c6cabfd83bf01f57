// The buffers in which nginx takes text of ours.
#pragma once

#include <vector>

#include "answer/format.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

// A chain of buffers over a text, which nginx only reads. Text and buffers must stay until nginx has sent
// them; then the buffers can take another text.
class Buffers {
  public:
    // Of the whole text of a response, or of one part. The last ends the response, unless this is a
    // subrequest, whose text stands inside another. Throws std::bad_alloc.
    ngx_chain_t* hold(const ngx_http_request_t* r, const Text& text, bool last);

  private:
    std::vector<ngx_buf_t> buffers_;
    std::vector<ngx_chain_t> links_;
};

// The buffers of a response's whole body, in the request's pool. Throws std::bad_alloc.
ngx_chain_t* body_chain(ngx_http_request_t* r, const Text& body);

}  // namespace helpdesk::ngx
