// jansson's values with an owner.
#pragma once

#include <jansson.h>

#include <cstddef>
#include <memory>
#include <string>

namespace helpdesk {

struct JsonDeleter {
    void operator()(json_t* value) const { json_decref(value); }
};
using Json = std::unique_ptr<json_t, JsonDeleter>;

// As text, with jansson's JSON_… flags. Throws std::bad_alloc.
std::string dump(const Json& value, std::size_t flags);

}  // namespace helpdesk
