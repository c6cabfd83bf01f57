// Reads the headers of a request. A header that asks for something is never ignored: if it is empty, or
// repeated although it must not be, it is a problem.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "request/decode.h"

namespace helpdesk {

struct Request;

// A header line of a request. `name` may be in any case.
struct Header {
    std::string_view name;
    std::string_view value;
};

// The headers in the order in which they came. They must outlive the request that is read from them.
using Headers = std::vector<Header>;

// Copies the headers that the API reads into the request, and adds what is wrong with them.
void read_headers(const Headers& headers, Request& request);

// How a body must be read.
struct BodyHead {
    BodyType type = BodyType::unsupported;
    std::string_view content_type = {};
    Problem problem = {};  // why it is unsupported; names the header and the part of it that is wrong
};

// Reads Content-Type and Content-Encoding. If `is_empty`, the body may have no type, and is read as a form.
BodyHead read_body_head(const Headers& headers, bool is_empty);

}  // namespace helpdesk
