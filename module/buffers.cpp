#include "buffers.hpp"

#include <algorithm>

namespace helpdesk::ngx {

ngx_chain_t* Buffers::hold(const ngx_http_request_t* r, const Text& text, bool last) {
    buffers_.assign(std::max<std::size_t>(text.size(), 1), {});
    links_.assign(buffers_.size(), {});
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
        ngx_buf_t& buffer = buffers_[i];
        links_[i] = {&buffer, i + 1 < links_.size() ? &links_[i + 1] : nullptr};
        if (i == text.size() || text[i].empty()) {
            // nginx takes an empty buffer for a mistake unless it is marked.
            buffer.sync = 1;
            continue;
        }
        // nginx only reads a buffer that is marked as memory.
        buffer.pos = buffer.start = reinterpret_cast<u_char*>(const_cast<char*>(text[i].data()));
        buffer.last = buffer.end = buffer.pos + text[i].size();
        buffer.memory = 1;
    }
    buffers_.back().last_buf = last && r == r->main;
    buffers_.back().last_in_chain = 1;
    // A part is sent at once: nothing follows until it was.
    buffers_.back().flush = !last;
    return links_.data();
}

ngx_chain_t* body_chain(ngx_http_request_t* r, const Text& body) {
    return make<Buffers>(r->pool)->hold(r, body, true);
}

}  // namespace helpdesk::ngx
