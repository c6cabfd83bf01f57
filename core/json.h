// jansson's values with an owner.
#pragma once

#include <jansson.h>

#include <memory>

namespace helpdesk {

struct JsonDeleter {
    void operator()(json_t* value) const { json_decref(value); }
};
using Json = std::unique_ptr<json_t, JsonDeleter>;

}  // namespace helpdesk
