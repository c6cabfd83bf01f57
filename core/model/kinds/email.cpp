// The kind of e-mail addresses. That of lists of them is in list.cpp.
#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/value.h"
#include "request/check.h"

namespace helpdesk {
namespace {

bool read(const Input& input, Value& value, const std::string& text) {
    input.too_long(*value.variable, text);
    if (input.options.check_email && !text.empty() && !is_email(text))
        input.problem(*value.variable, code::invalid_email, "is not a valid e-mail address");
    value.text = text;
    return true;
}

void leave_empty(const Input&, Value& value) {
    value.text = "";
}

Description describe(const Variable& variable) {
    return {.values = "an e-mail address, " + characters(variable),
            .omitted = omitted(variable),
            .most_characters = variable.limit};
}

}  // namespace

const Kind kinds::email = {.name = "email", .read = read, .omit = leave_empty, .describe = describe};

}  // namespace helpdesk
