#include "model/fields.h"

#include <charconv>

namespace helpdesk {
namespace {

constexpr std::string_view prefix = "field_";

}  // namespace

bool is_field(std::string_view name) {
    return name.size() > prefix.size() && name.starts_with(prefix) &&
           name.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos;
}

std::optional<std::uint64_t> field_number(std::string_view name) {
    if (!is_field(name) || name[prefix.size()] == '0')
        return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::string field_name(std::uint64_t number) {
    return std::string(prefix) + std::to_string(number);
}

}  // namespace helpdesk
