// A request as the module hands it over: everything of its line, headers and body that the core reads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "answer/rows.h"
#include "network.h"
#include "request/decode.h"

namespace helpdesk {

struct Request {
    Variables variables;
    std::string_view api_key;               // header X-API-Key
    std::string_view authorization;         // header Authorization
    std::string accept;                     // headers Accept, one list
    std::string_view if_match = {};         // header If-Match
    std::string_view idempotency_key = {};  // header Idempotency-Key
    std::string_view other_condition = {};  // the name of a header with a condition that is not supported
    Problems header_problems = {};          // what is wrong with the headers
    bool hides_key = false;                 // whether one of those headers may have carried the key
    bool key_in_url = false;                // whether the query string has the variable `key`
    Address address = {};
    std::shared_ptr<const RowBody> rows = nullptr;  // the body, if it carries rows
};

}  // namespace helpdesk
