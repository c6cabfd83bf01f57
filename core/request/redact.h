// Removes secrets from what a log shows of a request.
#pragma once

#include <string>
#include <string_view>

namespace helpdesk {

// Returns a request line, such as `GET /API/?key=…&cid=x HTTP/1.1`, with *** in place of each value of `key`
// and of the variables that the tables mark secret, whatever the spelling of their names. Accepts lines that
// nginx refused, too.
std::string redact_request_line(std::string_view line);

}  // namespace helpdesk
