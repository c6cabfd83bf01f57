// From the headers of a request, as they came, to what the core reads of them. A header that asks for
// something is never passed over: one that is empty, or comes twice where it must come once, is a problem.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "request/decode.h"

namespace helpdesk {

struct Request;

// One line of a request's head. `name` in any case.
struct Header {
    std::string_view name;
    std::string_view value;
};

// In the order in which they came. They must outlive the request that is read from them.
using Headers = std::vector<Header>;

// Puts the headers that the API reads into the request, and what is wrong with them.
void read_headers(const Headers& headers, Request& request);

// How a body is to be read.
struct BodyHead {
    BodyType type = BodyType::unsupported;
    std::string_view content_type = {};
    Problem problem = {};  // why it is unsupported: it names the header, and which part of it is at fault
};

// Reads Content-Type and Content-Encoding. A body that `is_empty` may come without a type: it is a form's.
BodyHead read_body_head(const Headers& headers, bool is_empty);

}  // namespace helpdesk
