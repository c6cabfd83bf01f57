// What a body of n bytes makes the decoding of it allocate, at the most at once: no more than 32 times n, and
// a little that does not depend on it. An input is a Content-Type, a line break, and the body, as for
// `decode`.
#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "fuzz.h"
#include "request/decode.h"

namespace {

using namespace helpdesk;

constexpr std::size_t most_per_byte = 32;
constexpr std::size_t most_besides = std::size_t{64} * 1024;

std::size_t allocated = 0;
std::size_t peak = 0;

void count_allocation(const volatile void* memory, std::size_t size) {
    if (memory == nullptr)
        return;
    allocated += size;
    peak = std::max(peak, allocated);
}

void count_release(const volatile void* memory) {
    const std::size_t size = __sanitizer_get_allocated_size(memory);
    allocated -= std::min(allocated, size);
}

void decode(std::string_view type, std::string_view body) {
    Variables variables;
    if (!find_in_body(body_type(type), body, type, "key") && body_type(type) == BodyType::unsupported)
        decode_form(body, variables);
    else
        decode_body(body_type(type), body, type, variables);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int installed = __sanitizer_install_malloc_and_free_hooks(count_allocation, count_release);
    require(installed != 0, "allocations are counted");
    std::string_view body(reinterpret_cast<const char*>(data), size);
    const std::string_view type = take_line(body);
    allocated = peak = 0;
    decode(type, body);
    require(peak <= most_per_byte * size + most_besides, "the memory for a body is bounded by its size");
    return 0;
}
