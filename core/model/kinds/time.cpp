// The kind of times.
#include "date.h"
#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/value.h"
#include "request/input.h"
#include "text.h"

namespace helpdesk {
namespace {

// An empty text clears the time.
bool read(const Input& input, Value& value, const std::string& given) {
    const std::string_view text = text::trim(given);
    if (text.empty())
        return true;
    value.text = parse_date(text);
    if (!value.text)
        input.problem(*value.variable, code::invalid_date, describe_bad_date(text));
    return true;
}

Description describe(const Variable& variable) {
    return {.values = "a date, perhaps with a time; UTC unless it says otherwise",
            .omitted = omitted(variable)};
}

}  // namespace

const Kind kinds::time = {.name = "time", .form = Form::time, .read = read, .describe = describe};

}  // namespace helpdesk
