// The kind of coordinates: decimal degrees, two of which belong together.
#include "model/kinds.h"
#include "model/kinds/number.h"
#include "model/kinds/words.h"
#include "model/validate.h"

namespace helpdesk {
namespace {

// DECIMAL(12, 9).
constexpr Decimals decimals = {.digits = 12, .most = 9, .least = 0};

// An empty text clears the coordinate.
bool read(const Input& input, Value& value, const std::string& text) {
    if (!text.empty())
        read_decimal(input, value, text);
    return true;
}

// On update the stored companion counts as well, which a rule checks (place/pair.h).
void expect_none_alone(const Input& input, Value& value) {
    const Variable& variable = *value.variable;
    if (input.has(variable.companion))
        input.problem(variable, code::incomplete_coordinates,
                      "is required beside " + std::string(variable.companion));
}

Description describe(const Variable& variable) {
    return {.values = "decimal degrees from " + std::to_string(variable.range.least) + " to " +
                      std::to_string(variable.range.most) + ", at most " + std::to_string(decimals.most) +
                      " decimals; with " + quoted_word(variable.companion),
            .omitted = omitted(variable)};
}

void validate(const Resource& resource, const Variable& variable, Complaints& complaints) {
    complaints.expect(are_companions(resource, variable, kinds::degrees), variable.name,
                      "is a coordinate without its other one");
}

}  // namespace

const Kind kinds::degrees = {.name = "degrees",
                             .has_companion = Need::must,
                             .has_range = Need::must,
                             .form = Form::decimal,
                             .decimals = decimals,
                             .read = read,
                             .omit = expect_none_alone,
                             .describe = describe,
                             .validate = validate};

}  // namespace helpdesk
