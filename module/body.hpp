// The body of a request, as nginx keeps it: in memory, or in a file once it is larger than
// client_body_buffer_size.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "ngx.hpp"

namespace helpdesk::ngx {

// The places in which the body is. They last as long as the request.
class Body {
  public:
    explicit Body(ngx_http_request_t* r);

    std::size_t size() const { return size_; }

    // Returns how much of the body takes memory until the request ends.
    std::size_t size_in_memory() const { return size_in_memory_; }

    // Returns the bytes. May read a file, which may block: a large body is for a thread. Throws
    // std::runtime_error when the file cannot be read, and std::bad_alloc.
    std::string read() const;

  private:
    struct FilePart {
        ngx_fd_t file;
        off_t begin;
        std::size_t size;
    };
    using Part = std::variant<std::string_view, FilePart>;

    std::vector<Part> parts_;
    std::size_t size_ = 0;
    std::size_t size_in_memory_ = 0;
};

}  // namespace helpdesk::ngx
