// A row of another table.
#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/value.h"
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

void show(const Resource&, const Variable& variable, std::vector<Output>& outputs) {
    const std::string name(variable.name);
    outputs.push_back({.name = name,
                       .source = Output::Source::reference_name,
                       .column = variable.column,
                       .variable = &variable});
    outputs.push_back({.name = name + "_id",
                       .source = Output::Source::reference_id,
                       .column = variable.column,
                       .variable = &variable});
}

Description describe(const Variable& variable) {
    const Reference& reference = *variable.reference;
    std::string text = "the name or ID";
    if (reference.by != Reference::By::id_or_name)
        text = reference.by == Reference::By::id ? "the ID" : "the name";
    text += " of a " + std::string(reference.noun);
    text += reference.first_if_unknown ? "; no match: the first" : ", else " + quoted_word(reference.unknown);
    if (reference.has_default)
        return {.values = text, .omitted = "the default"};
    return {.values = text, .omitted = reference.first_if_unknown ? "the first" : omitted(variable)};
}

}  // namespace

const Kind kinds::reference = {
    .name = "reference", .has_reference = true, .read = read, .show = show, .describe = describe};

}  // namespace helpdesk
