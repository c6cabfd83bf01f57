// jansson's values with an owner, and how they are made.
#pragma once

#include <jansson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace helpdesk {

struct JsonDeleter {
    void operator()(json_t* value) const { json_decref(value); }
};
using Json = std::unique_ptr<json_t, JsonDeleter>;

// As text, with jansson's JSON_… flags. Throws std::bad_alloc.
std::string dump(const Json& value, std::size_t flags);

// All of these throw std::bad_alloc. Texts and names must be UTF-8.
namespace json {

Json string(std::string_view value);
Json number(std::uint64_t value);
Json real(double value);
Json boolean(bool value);

void append(const Json& array, Json item);
void set(const Json& object, std::string_view name, Json value);

// Takes what jansson made; null is what it gives when memory runs out.
Json checked(json_t* value);

template <typename... Items>
Json array(Items... items) {
    Json result = checked(json_array());
    (append(result, std::move(items)), ...);
    return result;
}

struct Member {
    std::string_view name;
    Json value;
};

template <typename... Members>
Json object(Members... members) {
    Json result = checked(json_object());
    (set(result, members.name, std::move(members.value)), ...);
    return result;
}

}  // namespace json
}  // namespace helpdesk
