#include "request/fields.h"

#include <algorithm>
#include <array>

#include "decimal.h"
#include "model/value.h"
#include "request/input.h"
#include "text.h"

namespace helpdesk {
namespace {

// As many digits as a program keeps that takes numbers for binary floating point.
constexpr Range whole_numbers = {.least = -999'999'999'999'999, .most = 999'999'999'999'999};

struct DataType {
    std::string_view name;
    const Kind* kind;
    std::size_t limit = longest_short_text;
    Range range = {};
};

constexpr std::array data_types = {
    DataType{.name = "Text", .kind = &kinds::text},
    DataType{.name = "Number", .kind = &kinds::integer, .range = whole_numbers},
    DataType{.name = "Decimal", .kind = &kinds::decimal}, DataType{.name = "Date/Time", .kind = &kinds::time},
    DataType{.name = "Large Text", .kind = &kinds::text, .limit = longest_field_text}};

const DataType& find_type(std::string_view name) {
    const auto* found = std::find_if(data_types.begin(), data_types.end(),
                                     [&](const DataType& type) { return type.name == name; });
    return found == data_types.end() ? data_types.front() : *found;
}

// Returns the option as it is written in the field, or an empty text if it has none like it.
std::string_view find_option(std::string_view options, std::string_view text) {
    while (!options.empty()) {
        const std::string_view option = options.substr(0, options.find('\n'));
        if (text::equal_ignoring_case(option, text))
            return option;
        options.remove_prefix(std::min(option.size() + 1, options.size()));
    }
    return {};
}

std::optional<std::string> read_option(const FieldDefinition& field, const std::string& text,
                                       Problems& problems) {
    const std::string_view chosen = text::trim(text);
    if (chosen.empty())
        return std::nullopt;
    const std::string_view option = find_option(field.options, chosen);
    if (option.empty())
        problems.push_back(
            {code::invalid_choice, field_name(field.number), "must be one of the field's options"});
    return std::string(option);
}

}  // namespace

std::optional<std::string> read_field(const Resource& resource, const FieldDefinition& field,
                                      const std::string& text, Problems& problems) {
    const std::string name = field_name(field.number);
    if (field.required && text::is_blank(text))
        problems.push_back({code::required, name, "must not be empty"});
    if (text.empty())
        return std::nullopt;
    if (field.type == "list")
        return read_option(field, text, problems);
    const DataType& type = find_type(field.data_type);
    const Variable variable{.name = name,
                            .kind = type.kind,
                            .limit = field.max_size == 0 ? type.limit : std::min(field.max_size, type.limit),
                            .range = type.range};
    const Variables none;
    const CheckOptions options;
    const Input input{resource, none, options, false, problems};
    Value value = Value::of(variable);
    if (!input.too_long(variable, text) && type.kind->read(input, value, text) && value.text &&
        type.kind->form == Form::decimal)
        value.text = shortest(*value.text);
    return value.text;
}

}  // namespace helpdesk
