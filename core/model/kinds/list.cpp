// The kinds of comma-separated lists.
#include <algorithm>
#include <set>

#include "model/kinds.h"
#include "model/kinds/words.h"
#include "model/value.h"
#include "request/check.h"
#include "text.h"

namespace helpdesk {
namespace {

// Splits a list into its items. Returns false if it has too many, which is a problem.
bool split(const Input& input, Value& value, const std::string& text) {
    value.items = text::split_list(text, max_list_items + 1);
    if (value.items.size() <= max_list_items)
        return true;
    input.problem(*value.variable, code::too_many_values,
                  "has more than " + std::to_string(max_list_items) + " entries");
    return false;
}

void fold_duplicates(std::vector<std::string>& items) {
    std::set<std::string> seen;
    std::erase_if(items, [&](const std::string& item) { return !seen.insert(text::to_lower(item)).second; });
}

bool read_texts(const Input& input, Value& value, const std::string& text) {
    if (!split(input, value, text))
        return false;
    for (const std::string& item : value.items)
        if (input.too_long(*value.variable, item))
            break;
    fold_duplicates(value.items);
    return true;
}

bool read_emails(const Input& input, Value& value, const std::string& text) {
    if (!read_texts(input, value, text))
        return false;
    const auto bad = std::find_if_not(value.items.begin(), value.items.end(), is_email);
    if (input.options.check_email && bad != value.items.end())
        input.problem(*value.variable, code::invalid_email,
                      "holds \"" + *bad + "\", which is not a valid e-mail address");
    return true;
}

void check_ids(const Input& input, Value& value) {
    std::set<std::uint64_t> seen;
    for (std::string& item : value.items) {
        const auto id = parse_id(item);
        if (!id)
            return input.problem(*value.variable, code::invalid_number, "each ID " + std::string(id_form));
        item = std::to_string(*id);
        if (!seen.insert(*id).second)
            return input.problem(*value.variable, code::duplicate_value,
                                 "holds the ID " + item + " more than once");
    }
}

bool read_ids(const Input& input, Value& value, const std::string& text) {
    if (!split(input, value, text))
        return false;
    check_ids(input, value);
    return true;
}

void leave_empty(const Input&, Value& value) {
    value.text = "";
}

void show(const Resource&, const Variable& variable, std::vector<Output>& outputs) {
    if (variable.list == nullptr)
        return;
    outputs.push_back({.name = std::string(variable.name),
                       .source = Output::Source::list,
                       .column = variable.list->column,
                       .variable = &variable,
                       .list = variable.list});
}

Description describe_texts(const Variable& variable) {
    return {.values = "a list between commas, each " + characters(variable), .omitted = omitted(variable)};
}

Description describe_emails(const Variable& variable) {
    return {.values = "e-mail addresses between commas, each " + characters(variable),
            .omitted = omitted(variable)};
}

Description describe_ids(const Variable& variable) {
    const Reference& reference = *variable.list->reference;
    return {.values = "IDs of " + std::string(noun_of(reference)) + "s between commas, otherwise " +
                      quoted_word(unknown_code(reference)),
            .omitted = omitted(variable)};
}

Description describe_names(const Variable& variable) {
    return {
        .values = "names between commas, otherwise " + quoted_word(unknown_code(*variable.list->reference)),
        .omitted = omitted(variable)};
}

}  // namespace

const Kind kinds::text_list = {.name = "text_list",
                               .has_column = false,
                               .items = Items::texts,
                               .read = read_texts,
                               .omit = leave_empty,
                               .show = show,
                               .describe = describe_texts};

const Kind kinds::email_list = {.name = "email_list",
                                .has_column = false,
                                .items = Items::texts,
                                .read = read_emails,
                                .omit = leave_empty,
                                .show = show,
                                .describe = describe_emails};

const Kind kinds::id_list = {.name = "id_list",
                             .has_column = false,
                             .items = Items::ids,
                             .read = read_ids,
                             .omit = leave_empty,
                             .show = show,
                             .describe = describe_ids};

const Kind kinds::name_list = {.name = "name_list",
                               .has_column = false,
                               .items = Items::names,
                               .read = read_texts,
                               .omit = leave_empty,
                               .show = show,
                               .describe = describe_names};

}  // namespace helpdesk
