#include "json.h"

#include <cstdlib>
#include <new>

namespace helpdesk {

std::string dump(const Json& value, std::size_t flags) {
    const std::unique_ptr<char, decltype(&std::free)> bytes(json_dumps(value.get(), flags), &std::free);
    if (bytes == nullptr)
        throw std::bad_alloc();
    return bytes.get();
}

}  // namespace helpdesk
