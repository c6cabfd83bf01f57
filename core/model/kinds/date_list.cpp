// The kind of lists of dates, one for each item of another list.
#include <algorithm>

#include "date.h"
#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/validate.h"
#include "model/value.h"
#include "request/input.h"
#include "text.h"

namespace helpdesk {
namespace {

void read_beside(const Input& input, const Variable& variable, Value& value) {
    value.dates_variable = &variable;
    const std::string text(input.get(variable.name));
    if (text.empty())
        return;
    for (const std::string& item : text::split_list(text, max_list_items + 1)) {
        const auto date = parse_date(item);
        if (!date)
            return input.problem(variable, code::invalid_date, "each " + describe_bad_date(item));
        value.dates.push_back(*date);
    }
    if (value.dates.size() != value.items.size())
        input.problem(variable, code::count_mismatch,
                      "must have as many dates as " + std::string(variable.companion) + " has IDs");
}

void expect_list(const Input& input, const Variable& variable) {
    if (!input.get(variable.name).empty() && !input.has(variable.companion))
        input.problem(variable, code::required, "needs " + std::string(variable.companion));
}

void show(const Resource& resource, const Variable& variable, std::vector<Output>& outputs) {
    const Variable* dated = resource.find(variable.companion);
    if (dated == nullptr)
        return;
    outputs.push_back({.name = std::string(variable.name),
                       .source = Output::Source::list_dates,
                       .column = variable.column,
                       .variable = &variable,
                       .list = dated->list,
                       .form = Form::time});
}

Description describe(const Variable& variable) {
    return {.values = "dates between commas, one for each of " + quoted_word(variable.companion),
            .omitted = "today"};
}

void validate(const Resource& resource, const Variable& variable, Complaints& complaints) {
    const Variable* dated = resource.find(variable.companion);
    complaints.expect(dated != nullptr && dated->list != nullptr && dated->list->reference != nullptr,
                      variable.name, "has dates of no list of rows");
    complaints.expect(std::count_if(resource.variables.begin(), resource.variables.end(),
                                    [&](const Variable& other) {
                                        return other.kind == variable.kind &&
                                               other.companion == variable.companion;
                                    }) == 1,
                      variable.name, "has dates of a list that has others");
}

}  // namespace

const Kind kinds::date_list = {.name = "date_list",
                               .has_companion = Need::must,
                               .form = Form::time,
                               .read_beside = read_beside,
                               .check_alone = expect_list,
                               .show = show,
                               .describe = describe,
                               .validate = validate};

}  // namespace helpdesk
