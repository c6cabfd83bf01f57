// The kinds of choices: one of a few words, or Y or N.
#include <algorithm>
#include <array>
#include <set>

#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/validate.h"
#include "model/value.h"
#include "request/input.h"
#include "text.h"

namespace helpdesk {
namespace {

constexpr std::array<std::string_view, 2> y_and_n = {"Y", "N"};
constexpr Choices off_by_default = {.values = y_and_n, .by_default = "N", .strict = true};

const Choices& choices_of(const Variable& variable) {
    return variable.choices == nullptr ? off_by_default : *variable.choices;
}

// Returns the choice that a text names, as it is stored. Empty if it names none.
std::string_view find(const Choices& choices, std::string_view text) {
    const auto is_text = [&](std::string_view word) {
        return choices.exact ? word == text : text::equal_ignoring_case(word, text);
    };
    for (const std::string_view choice : choices.values)
        if (is_text(choice))
            return choice;
    for (const Synonym& synonym : choices.synonyms)
        if (is_text(synonym.word))
            return synonym.choice;
    return {};
}

// Any text but a choice becomes the default, or is an error. An empty one on update is no exception: the
// default might give back what somebody took away with support=N.
bool read(const Input& input, Value& value, const std::string& text) {
    const Variable& variable = *value.variable;
    const Choices& choices = choices_of(variable);
    std::string_view found = find(choices, text);
    if (found.empty() && input.bringing)
        found = find({.values = choices.set_by_rules, .exact = choices.exact}, text);
    value.text = found.empty() ? choices.by_default : found;
    if (found.empty() && (choices.strict || input.options.reject_unknown_choices))
        input.problem(variable, code::invalid_choice, "must be " + text::join(choices.values, " or "));
    return true;
}

void set_default(const Input&, Value& value) {
    const Choices& choices = choices_of(*value.variable);
    if (!choices.by_default.empty())
        value.text = choices.by_default;
}

std::string unknown(const Choices& choices) {
    if (choices.strict)
        return "; any other value is `invalid_choice`";
    return "; any other value is " + quoted_word(choices.by_default) +
           ", or `invalid_choice` with `helpdesk_unknown_variables reject`; on add an empty one is an "
           "omitted "
           "one";
}

Description describe(const Variable& variable) {
    const Choices& choices = choices_of(variable);
    Description description;
    for (const std::string_view choice : choices.values)
        description.values += (description.values.empty() ? "" : " or ") + quoted_word(choice);
    for (const Synonym& synonym : choices.synonyms)
        description.values += ", " + quoted_word(synonym.word) + " for " + quoted_word(synonym.choice);
    description.values += (choices.exact ? ", in this case" : ", in any case") + unknown(choices);
    description.omitted = choices.by_default.empty() ? omitted(variable) : quoted_word(choices.by_default);
    description.choices.assign(choices.values.begin(), choices.values.end());
    description.only_choices = choices.strict && choices.exact && choices.synonyms.empty();
    description.by_default = choices.by_default;
    return description;
}

bool has(const Choices& choices, std::string_view word) {
    return std::find(choices.values.begin(), choices.values.end(), word) != choices.values.end();
}

void validate(const Resource&, const Variable& variable, Complaints& complaints) {
    const Choices& choices = choices_of(variable);
    std::set<std::string> seen;
    for (const std::string_view choice : choices.values)
        complaints.expect(
            !choice.empty() &&
                seen.insert(choices.exact ? std::string(choice) : text::to_lower(choice)).second,
            variable.name, "has a choice that is empty or stands there twice, whatever its case");
    for (const Synonym& synonym : choices.synonyms)
        complaints.expect(has(choices, synonym.choice) && find(choices, synonym.word) == synonym.choice,
                          variable.name, "has a synonym for no choice of its own");
    complaints.expect(choices.by_default.empty() ? choices.strict : has(choices, choices.by_default),
                      variable.name, "must have one of its choices as the default unless it is strict");
}

}  // namespace

const Kind kinds::choice = {.name = "choice",
                            .has_choices = Need::must,
                            .form = Form::choice,
                            .read = read,
                            .omit = set_default,
                            .describe = describe,
                            .validate = validate};

const Kind kinds::flag = {.name = "flag",
                          .has_choices = Need::may,
                          .form = Form::choice,
                          .read = read,
                          .omit = set_default,
                          .describe = describe,
                          .validate = validate};

}  // namespace helpdesk
