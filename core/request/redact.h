// What a log may show of a request.
#pragma once

#include <string>
#include <string_view>

namespace helpdesk {

// A request line, as `GET /API/?key=…&cid=x HTTP/1.1`, with *** for each value of `key` and of the variables
// that the tables mark secret, however their names are written. Takes lines that nginx refused, too.
std::string redact_request_line(std::string_view line);

}  // namespace helpdesk
