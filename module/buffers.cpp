#include "buffers.hpp"

#include <algorithm>

namespace helpdesk::ngx {

ngx_chain_t* Buffers::hold(const ngx_http_request_t* r, const TextPieces& text, bool last) {
    buffers_.assign(std::max<std::size_t>(text.size(), 1), {});
    links_.assign(buffers_.size(), {});
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
        ngx_buf_t& buffer = buffers_[i];
        links_[i] = {&buffer, i + 1 < links_.size() ? &links_[i + 1] : nullptr};
        if (i == text.size() || text[i].empty()) {
            // nginx reports an empty buffer as a bug unless it is marked.
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
    // A part leaves at once, because the next one is only made when this one is sent.
    buffers_.back().flush = !last;
    return links_.data();
}

ngx_chain_t* body_chain(ngx_http_request_t* r, const TextPieces& body) {
    return make<Buffers>(r->pool)->hold(r, body, true);
}

void discard(ngx_chain_t* in) noexcept {
    for (ngx_chain_t* link = in; link != nullptr; link = link->next) {
        link->buf->pos = link->buf->last;
        link->buf->file_pos = link->buf->file_last;
    }
}

}  // namespace helpdesk::ngx
