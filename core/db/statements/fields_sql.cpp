#include "db/statements/fields_sql.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "db/connection.h"
#include "model/resource.h"

namespace helpdesk::db {
namespace {

// Before the length of a value. A list of options has texts, whatever its data type.
constexpr char time_sign = '@';
constexpr char text_sign = '=';

// Reads a number that ends with one of the signs, and removes both.
template <typename Number>
char read_number(std::string_view& text, std::string_view signs, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto size = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || size >= text.size() || signs.find(text[size]) == std::string_view::npos)
        throw std::runtime_error("the database gives the values of fields in another form");
    const char sign = text[size];
    text.remove_prefix(size + 1);
    return sign;
}

std::string_view split_off(std::string_view& rest) {
    const std::string_view first = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(first.size() + 1, rest.size()));
    return first;
}

}  // namespace

// Each is written as `7=5:Hello`: its number, a sign, the length of the value in bytes, and the value.
std::string fields_sql(const Fields& fields) {
    return "(SELECT GROUP_CONCAT(CONCAT(field.id, CASE WHEN field.data_type = 'Date/Time' AND field.type <> "
           "'list' THEN '" +
           std::string(1, time_sign) + "' ELSE '" + std::string(1, text_sign) +
           "' END, COALESCE(LENGTH(item.value), 0), ':', COALESCE(item.value, '')) ORDER BY field.id "
           "SEPARATOR "
           "'') FROM " +
           quoted(fields.definitions().table) + " AS field LEFT JOIN " + quoted(fields.values) +
           " AS item ON item.field_id = field.id AND item." + quoted(fields.owner) + " = record.id)";
}

std::vector<StoredField> unpack_fields(std::string_view text) {
    std::vector<StoredField> fields;
    while (!text.empty()) {
        StoredField field;
        const bool is_time = read_number(text, std::string{time_sign, text_sign}, field.number) == time_sign;
        field.form = is_time ? Form::time : Form::plain;
        std::size_t size = 0;
        read_number(text, ":", size);
        if (size > text.size())
            throw std::runtime_error("the database gives the values of fields only in part");
        field.text = text.substr(0, size);
        text.remove_prefix(size);
        fields.push_back(std::move(field));
    }
    return fields;
}

// The options come last, since they may have commas.
FieldDefinition definition_of(std::uint64_t number, std::string_view text) {
    FieldDefinition field{.number = number};
    field.type = split_off(text);
    field.data_type = split_off(text);
    field.required = split_off(text) == "Y";
    const std::string_view size = split_off(text);
    std::from_chars(size.data(), size.data() + size.size(), field.max_size);
    field.options = text;
    return field;
}

}  // namespace helpdesk::db
