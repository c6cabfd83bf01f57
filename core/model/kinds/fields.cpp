// The kind of all fields that a shop adds to records: one variable for each, whose values the database
// checks.
#include "model/fields.h"
#include "model/kinds.h"
#include "model/validate.h"
#include "model/value.h"
#include "request/input.h"

namespace helpdesk {
namespace {

bool read_all(const Input& input, Value& value) {
    for (const Variables::Sent& sent : input.variables.all()) {
        if (!is_field(sent.name) || !input.has(sent.name))
            continue;
        const auto number = field_number(sent.name);
        if (!number)
            input.problems.push_back(
                {code::unknown_field, printable_name(sent.name), "there is no such field"});
        else
            value.fields.push_back({*number, sent.value});
    }
    if (value.fields.size() > most_fields)
        input.problems.push_back({code::too_many_values, field_name(value.fields.back().field),
                                  "is one field more than there may be"});
    return !value.fields.empty();
}

void show(const Resource&, const Variable& variable, std::vector<Output>& outputs) {
    outputs.push_back(
        {.name = std::string(variable.name), .source = Output::Source::fields, .variable = &variable});
}

Description describe(const Variable&) {
    return {.values = "N is the ID of the field, whose `type` and `data_type` say what a value may be",
            .omitted = "none; `required` if the field is"};
}

void validate(const Resource&, const Variable& variable, Complaints& complaints) {
    complaints.expect(variable.name == any_field && variable.fields != nullptr, variable.name,
                      "stands for all fields, but has another name or no tables");
}

}  // namespace

const Kind kinds::fields = {.name = "fields",
                            .has_column = false,
                            .read_all = read_all,
                            .show = show,
                            .describe = describe,
                            .validate = validate};

}  // namespace helpdesk
