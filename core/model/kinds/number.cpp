// The kinds of numbers: whole numbers, and exact decimals.
#include <charconv>

#include "decimal.h"
#include "model/kinds.h"
#include "model/kinds/number.h"
#include "model/kinds/words.h"
#include "text.h"

namespace helpdesk {
namespace {

// DECIMAL(19, 4).
constexpr Decimals amount = {.digits = 19, .most = 4, .least = 0};
constexpr Decimals amount_of_money = {.digits = 19, .most = 4, .least = 2};

std::string bounds(const Range& range) {
    return std::to_string(range.least) + " to " + std::to_string(range.most);
}

// Returns whether a text is a whole number of any size, with or without a sign.
bool is_whole(std::string_view text) {
    const std::string_view digits = text.substr(text.starts_with('+') || text.starts_with('-') ? 1 : 0);
    return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

// An empty text clears the number.
bool read_integer(const Input& input, Value& value, const std::string& given) {
    const Variable& variable = *value.variable;
    const std::string_view text = text::trim(given);
    if (text.empty())
        return true;
    if (!is_whole(text)) {
        input.problem(variable, code::invalid_number, "must be a whole number");
        return true;
    }
    std::int64_t number = 0;
    const std::string_view digits = text.substr(text.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool fits = error == std::errc() && number >= variable.range.least && number <= variable.range.most;
    if (!fits)
        report_range(input, variable);
    value.text = std::to_string(number);
    return true;
}

bool read_amount(const Input& input, Value& value, const std::string& given) {
    const std::string_view text = text::trim(given);
    if (!text.empty())
        read_decimal(input, value, text);
    return true;
}

Description describe_integer(const Variable& variable) {
    return {.values = "a whole number from " + bounds(variable.range), .omitted = omitted(variable)};
}

Description describe_decimal(const Variable& variable) {
    return {.values = "a decimal number" +
                      (variable.range.is_set() ? " from " + bounds(variable.range) : std::string()) +
                      ", at most " + std::to_string(amount.most) + " decimals",
            .omitted = omitted(variable)};
}

}  // namespace

void read_decimal(const Input& input, Value& value, std::string_view text) {
    const Variable& variable = *value.variable;
    const Decimals& decimals = variable.kind->decimals;
    value.text = parse_decimal(text, decimals.most);
    if (!value.text)
        input.problem(variable, code::invalid_number,
                      "must be a decimal number with at most " + std::to_string(decimals.most) + " decimals");
    else if (variable.range.is_set() && !lies_within(*value.text, variable.range.least, variable.range.most))
        report_range(input, variable);
    else if (whole_digits(*value.text) > decimals.digits - decimals.most)
        input.problem(variable, code::out_of_range,
                      "must have at most " + std::to_string(decimals.digits - decimals.most) +
                          " digits before the point");
}

void report_range(const Input& input, const Variable& variable) {
    input.problem(variable, code::out_of_range,
                  "must lie between " + std::to_string(variable.range.least) + " and " +
                      std::to_string(variable.range.most));
}

const Kind kinds::integer = {.name = "integer",
                             .has_range = Need::must,
                             .none_is_last = true,
                             .read = read_integer,
                             .describe = describe_integer};

const Kind kinds::decimal = {.name = "decimal",
                             .has_range = Need::may,
                             .form = Form::decimal,
                             .decimals = amount,
                             .read = read_amount,
                             .describe = describe_decimal};

const Kind kinds::money = {.name = "money",
                           .has_range = Need::may,
                           .form = Form::decimal,
                           .decimals = amount_of_money,
                           .read = read_amount,
                           .describe = describe_decimal};

}  // namespace helpdesk
