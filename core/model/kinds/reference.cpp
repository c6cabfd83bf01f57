// A row of another table, and the name of a row that a reference creates.
#include "model/action.h"
#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/validate.h"
#include "model/value.h"
#include "request/access.h"
#include "request/input.h"
#include "text.h"

namespace helpdesk {
namespace {

bool read(const Input& input, Value& value, const std::string& given) {
    const Variable& variable = *value.variable;
    // As names are stored. A blank one stays the name of no row, rather than becoming an empty value.
    const std::string_view name = text::trim(given);
    const std::string text = name.empty() ? given : std::string(name);
    input.too_long(variable, text);
    if (!text.empty() || variable.reference->first_if_unknown)
        value.text = text;
    return true;
}

// A key with a list of actions makes no row by the way that it may not add by itself.
void expect_right_to_create(const Input& input, const Variable& variable) {
    if (input.options.key == nullptr)
        return;
    for (const Action& action : actions())
        if (action.verb.adds && &action.resource == &variable.reference->to() &&
            check_action(*input.options.key, action))
            input.problem(variable, code::action_not_allowed,
                          "needs the action " + action.name + ", which is not allowed with this key");
}

void read_new_name(const Input& input, const Variable& variable, Value& value) {
    const Variable& reference = *value.variable;
    if (value.text != create_new)
        return;
    expect_right_to_create(input, reference);
    value.new_name = text::trim(input.get(variable.name));
    if (text::is_blank(value.new_name))
        input.problem(variable, code::required,
                      "is required with " + std::string(reference.name) + "=" + std::string(create_new));
    input.too_long(variable, value.new_name);
}

void show(const Resource&, const Variable& variable, std::vector<Output>& outputs) {
    if (variable.reference == nullptr)
        return;
    const auto add = [&](const std::string& name, std::string_view column, Form form) {
        const bool is_number = column == "id";
        outputs.push_back({.name = name,
                           .source = is_number ? Output::Source::reference_id : Output::Source::reference,
                           .column = variable.column,
                           .shown = is_number ? std::string_view() : column,
                           .variable = &variable,
                           .form = form});
    };
    for (const Shown& shown : variable.reference->shown)
        add(std::string(shown.output), shown.column, shown.form);
    if (!variable.reference->shown.empty())
        return;
    const std::string name(variable.name);
    add(name, "", Form::plain);
    add(name + "_id", "id", Form::plain);
}

// What its values are: the name, the ID, or either.
std::string words_for_value(const Reference& reference) {
    if (reference.by == Reference::By::id)
        return "the ID";
    const std::string_view column = name_column(reference);
    const std::string name = column == "name" ? "the name" : "the " + quoted_word(column);
    return reference.by == Reference::By::name ? name : name + " or ID";
}

Description describe(const Variable& variable) {
    const Reference& reference = *variable.reference;
    std::string text = words_for_value(reference) + " of a " + std::string(noun_of(reference));
    if (!reference.within.empty())
        text += " within the " + quoted_word(reference.within);
    text += reference.first_if_unknown ? "; no match: the first"
                                       : ", else " + quoted_word(unknown_code(reference));
    if (!variable.companion.empty())
        text += "; " + quoted_word(create_new) + " makes the one that " + quoted_word(variable.companion) +
                " names";
    if (reference.has_default)
        return {.values = text, .omitted = "the default"};
    return {.values = text, .omitted = reference.first_if_unknown ? "the first" : omitted(variable)};
}

Description describe_new_name(const Variable& variable) {
    return {.values = "text, " + characters(variable) + "; read with " + quoted_word(variable.companion) +
                      "=" + quoted_word(create_new) + " only",
            .most_characters = variable.limit};
}

void validate(const Resource& resource, const Variable& variable, Complaints& complaints) {
    if (variable.reference == nullptr || variable.companion.empty())
        return;
    complaints.expect(are_companions(resource, variable, kinds::new_name), variable.name,
                      "creates rows, but no new_name belongs to it");
    complaints.expect(variable.reference->by != Reference::By::id, variable.name,
                      "creates rows by name, but refers by ID only");
}

void validate_new_name(const Resource& resource, const Variable& variable, Complaints& complaints) {
    complaints.expect(are_companions(resource, variable, kinds::reference), variable.name,
                      "names a new row, but no reference creates one");
}

}  // namespace

const Kind kinds::reference = {.name = "reference",
                               .has_reference = true,
                               .has_companion = Need::may,
                               .read = read,
                               .show = show,
                               .describe = describe,
                               .validate = validate};

const Kind kinds::new_name = {.name = "new_name",
                              .has_column = false,
                              .has_companion = Need::must,
                              .read_beside = read_new_name,
                              .show = show_nothing,
                              .describe = describe_new_name,
                              .validate = validate_new_name};

}  // namespace helpdesk
