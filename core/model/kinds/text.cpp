// The kinds of text, and of the names that find records.
#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/value.h"
#include "request/input.h"

namespace helpdesk {
namespace {

bool read(const Input& input, Value& value, const std::string& text) {
    input.too_long(*value.variable, text);
    value.text = text;
    return true;
}

void leave_empty(const Input&, Value& value) {
    value.text = "";
}

Description describe(const Variable& variable) {
    return {.values = "text, " + characters(variable),
            .omitted = omitted(variable),
            .most_characters = variable.limit};
}

Description describe_identifier(const Variable& variable) {
    return {.values = "text, " + characters(variable) + ", unique whatever its case",
            .omitted = "required",
            .most_characters = variable.limit};
}

}  // namespace

const Kind kinds::text = {.name = "text", .read = read, .omit = leave_empty, .describe = describe};

const Kind kinds::identifier = {
    .name = "identifier", .read = read, .omit = leave_empty, .describe = describe_identifier};

}  // namespace helpdesk
