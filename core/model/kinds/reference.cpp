// The kind of references, each to one record.
#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/value.h"
#include "request/input.h"
#include "text.h"

namespace helpdesk {
namespace {

bool read(const Input& input, Value& value, const std::string& given) {
    const Variable& variable = *value.variable;
    // Stored names are trimmed. A blank text is not, because it must name no row, rather than be an empty
    // value.
    const std::string_view name = text::trim(given);
    const std::string text = name.empty() ? given : std::string(name);
    input.too_long(variable, text);
    if (!text.empty() || variable.reference->first_if_unknown)
        value.text = text;
    return true;
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

// Describes the values: the name, the ID, or either.
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
                                       : ", otherwise " + quoted_word(unknown_code(reference));
    if (reference.no_rings)
        text += "; one that leads back to the record: " + quoted_word(code::ring);
    if (!reference.taken_from.empty())
        return {.values = text, .omitted = "that of the " + quoted_word(reference.taken_from)};
    if (reference.has_default)
        return {.values = text, .omitted = "the default"};
    return {.values = text, .omitted = reference.first_if_unknown ? "the first" : omitted(variable)};
}

}  // namespace

const Kind kinds::reference = {
    .name = "reference", .has_reference = true, .read = read, .show = show, .describe = describe};

const Kind kinds::named = {.name = "named",
                           .has_column = false,
                           .has_reference = true,
                           .read = read,
                           .show = show_nothing,
                           .describe = describe};

}  // namespace helpdesk
