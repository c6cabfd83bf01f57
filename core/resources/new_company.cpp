#include "resources/new_company.h"

#include "model/action.h"
#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/value.h"
#include "request/access.h"
#include "request/input.h"
#include "text.h"

namespace helpdesk {
namespace {

// The value of `company` that asks for a new one.
constexpr std::string_view create_new = "create_new";
constexpr std::string_view company_name = "company";
constexpr std::string_view new_name = "new_company";

bool is_asked_for(const Input& input) {
    return text::trim(input.get(company_name)) == create_new;
}

// A key that may not add companies must not create one through a customer either.
void expect_right_to_create(const Input& input, const Variable& company) {
    const Action* add = find_action(companies(), verbs::add);
    if (input.options.key != nullptr && check_action(*input.options.key, *add))
        input.problem(company, code::action_not_allowed,
                      "needs the action " + add->name + ", which is not allowed with this key");
}

void expect_new_name(const Input& input) {
    const Variable& variable = *input.resource.find(new_name);
    const std::string_view name = text::trim(input.get(new_name));
    if (text::is_blank(name))
        input.problem(variable, code::required,
                      "is required with " + std::string(company_name) + "=" + std::string(create_new));
    input.too_long(variable, name);
}

bool read_company(const Input& input, Value& value, const std::string& given) {
    const bool stored = kinds::reference.read(input, value, given);
    if (is_asked_for(input)) {
        expect_right_to_create(input, *value.variable);
        expect_new_name(input);
    }
    return stored;
}

Description describe_company(const Variable& variable) {
    Description description = kinds::reference.describe(variable);
    description.values +=
        "; " + quoted_word(create_new) + " makes the one that " + quoted_word(new_name) + " names";
    return description;
}

void show_company(const Resource& resource, const Variable& variable, std::vector<Output>& outputs) {
    kinds::reference.show(resource, variable, outputs);
}

bool read_new_name(const Input& input, Value& value, const std::string& given) {
    value.text = text::trim(given);
    return is_asked_for(input);
}

Description describe_new_name(const Variable& variable) {
    return {.values = "text, " + characters(variable) + "; read with " + quoted_word(company_name) + "=" +
                      quoted_word(create_new) + " only",
            .most_characters = variable.limit};
}

void create(Change& change) {
    if (change.after(company_name) == create_new)
        change.refer_to_new(company_name, change.after(new_name).value_or(""));
}

}  // namespace

const Kind company_or_new = {.name = "company_or_new",
                             .has_reference = true,
                             .read = read_company,
                             .show = show_company,
                             .describe = describe_company};

const Kind new_company = {.name = "new_company",
                          .has_column = false,
                          .read = read_new_name,
                          .show = show_nothing,
                          .describe = describe_new_name};

const Rule create_company = {
    .on_add = true, .on_update = true, .if_given = {company_name}, .prepare = create};

}  // namespace helpdesk
