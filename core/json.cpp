#include "json.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace helpdesk {

std::string dump(const Json& value, std::size_t flags) {
    const std::unique_ptr<char, decltype(&std::free)> bytes(json_dumps(value.get(), flags), &std::free);
    if (bytes == nullptr)
        throw std::bad_alloc();
    return bytes.get();
}

namespace json {

Json checked(json_t* value) {
    if (value == nullptr)
        throw std::bad_alloc();
    return Json(value);
}

// An empty view may have no address, which jansson refuses.
Json string(std::string_view value) {
    return checked(json_stringn(value.empty() ? "" : value.data(), value.size()));
}

Json number(std::uint64_t value) {
    return checked(json_integer(static_cast<json_int_t>(value)));
}

Json real(double value) {
    return checked(json_real(value));
}

Json boolean(bool value) {
    return checked(json_boolean(value));
}

std::string quoted(std::string_view text) {
    return dump(string(text), JSON_ENCODE_ANY);
}

std::string escaped(std::string_view text) {
    const std::string whole = quoted(text);
    return whole.substr(1, whole.size() - 2);
}

bool is_plain(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\'; });
}

void append(const Json& array, Json item) {
    if (json_array_append_new(array.get(), item.release()) != 0)
        throw std::bad_alloc();
}

void set(const Json& object, std::string_view name, Json value) {
    if (json_object_setn_new(object.get(), name.data(), name.size(), value.release()) != 0)
        throw std::bad_alloc();
}

}  // namespace json
}  // namespace helpdesk
