// The kind of passwords, of which only hashes are stored.
#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/value.h"
#include "request/input.h"

namespace helpdesk {
namespace {

// An empty text changes nothing.
bool read(const Input& input, Value& value, const std::string& text) {
    if (text.empty())
        return false;
    input.too_long(*value.variable, text);
    value.text = text;
    return true;
}

void leave_empty(const Input&, Value& value) {
    value.text = "";
}

Description describe(const Variable& variable) {
    return {
        .values = "a password, " + characters(variable) + "; kept as a bcrypt hash only; empty: unchanged",
        .omitted = omitted(variable),
        .most_characters = variable.limit,
        .format = "password"};
}

}  // namespace

const Kind kinds::password = {.name = "password",
                              .hashed = true,
                              .read = read,
                              .omit = leave_empty,
                              .show = show_nothing,
                              .describe = describe};

}  // namespace helpdesk
