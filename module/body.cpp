#include "body.hpp"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace helpdesk::ngx {
namespace {

void append_file(std::string& text, ngx_fd_t file, off_t begin, std::size_t size) {
    std::size_t at = text.size();
    text.resize(at + size);
    while (at < text.size()) {
        const ssize_t n = pread(file, text.data() + at, text.size() - at, begin);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            throw std::runtime_error("the request's body could not be read from its temporary file");
        at += static_cast<std::size_t>(n);
        begin += n;
    }
}

}  // namespace

Body::Body(ngx_http_request_t* r) {
    if (r->request_body == nullptr)
        return;
    for (const ngx_chain_t* link = r->request_body->bufs; link != nullptr; link = link->next) {
        const ngx_buf_t& buffer = *link->buf;
        if (buffer.in_file)
            parts_.emplace_back(FilePart{buffer.file->fd, buffer.file_pos,
                                         static_cast<std::size_t>(buffer.file_last - buffer.file_pos)});
        else
            parts_.emplace_back(std::string_view(reinterpret_cast<const char*>(buffer.pos),
                                                 static_cast<std::size_t>(buffer.last - buffer.pos)));
        const auto size = static_cast<std::size_t>(ngx_buf_size(link->buf));
        size_ += size;
        size_in_memory_ += buffer.in_file ? 0 : size;
    }
}

std::string Body::read() const {
    std::string text;
    text.reserve(size_);
    for (const Part& part : parts_) {
        if (const auto* in_file = std::get_if<FilePart>(&part))
            append_file(text, in_file->file, in_file->begin, in_file->size);
        else
            text += std::get<std::string_view>(part);
    }
    return text;
}

}  // namespace helpdesk::ngx
