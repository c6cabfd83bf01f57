// The fields that a shop adds to its tickets: what each is called, and what its values may be. The values
// themselves are variables of the tickets (model/fields.h).
#include "model/fields.h"

#include <set>

#include "model/value.h"
#include "request/input.h"
#include "resources/shared.h"
#include "text.h"

namespace helpdesk {
namespace {

constexpr std::array<std::string_view, 3> types = {"text", "textarea", "list"};
constexpr Choices type_choices = {.values = types, .strict = true};
constexpr std::array<std::string_view, 5> data_types = {"Text", "Number", "Decimal", "Date/Time",
                                                        "Large Text"};
constexpr Choices data_type_choices = {.values = data_types, .strict = true};
constexpr std::array<std::string_view, 1> visible = {"visible"};
constexpr Choices visible_choices = {.values = visible, .strict = true};
constexpr Range positions = {.least = 0, .most = 1'000'000};
constexpr Range widths = {.least = 1, .most = 1'000};
constexpr Range lengths = {.least = 1, .most = longest_field_text};

const Kind choice_or_blank = {.name = "choice_or_blank",
                              .has_choices = Need::must,
                              .form = Form::choice,
                              .read = [](const Input& input, Value& value, const std::string& text) -> bool {
                                  return text.empty() || kinds::choice.read(input, value, text);
                              },
                              .describe = [](const Variable& variable) -> Description {
                                  Description description = kinds::choice.describe(variable);
                                  description.values = "blank or " + description.values;
                                  return description;
                              }};

// Stores the options without white space around them, each once whatever its case, and no empty lines.
bool read_options(const Input& input, Value& value, const std::string& text) {
    std::set<std::string> seen;
    value.text = "";
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        const std::string_view option = text::trim(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (option.empty() || !seen.insert(text::to_lower(option)).second)
            continue;
        if (text::length(option) > longest_short_text)
            input.problem(
                *value.variable, code::too_long,
                "has an option that is longer than " + std::to_string(longest_short_text) + " characters");
        value.text->append(value.text->empty() ? "" : "\n").append(option);
    }
    input.too_long(*value.variable, *value.text);
    return true;
}

const Kind option_lines = {
    .name = "options",
    .read = read_options,
    .omit = [](const Input&, Value& value) { value.text = ""; },
    .describe = [](const Variable& variable) -> Description {
        return {.values = "one option a line, each at most " + std::to_string(longest_short_text) +
                          " characters, at most " + std::to_string(variable.limit) + " in all",
                .most_characters = variable.limit};
    }};

// clang-format off
constexpr auto variables_of(const ListTable& values) {
    return std::array{
        Variable{.name = "label", .limit = 50, .column = "label", .required = true,
                 .about = "What the field is called, unique whatever its case."},
        Variable{.name = "type", .kind = &kinds::choice, .column = "type", .choices = &type_choices, .required = true,
                 .about = "How a value is entered: on a line, in a box of several lines, or chosen from a list."},
        Variable{.name = "visible", .kind = &choice_or_blank, .column = "visible", .choices = &visible_choices,
                 .about = "Whether a form shows the field."},
        Variable{.name = "customer_viewable", .kind = &kinds::flag, .column = "customer_viewable",
                 .about = "Whether customers may see the field."},
        Variable{.name = "required", .kind = &kinds::flag, .column = "required",
                 .about = "Whether a new record must have a value, and no record may lose it."},
        Variable{.name = "size", .kind = &kinds::integer, .column = "size", .range = widths,
                 .about = "The width of the line, in characters; for the type `text` only."},
        Variable{.name = "max_size", .kind = &kinds::integer, .column = "max_size", .range = lengths,
                 .about = "The most characters of a value; for the type `text` only."},
        Variable{.name = "rows", .kind = &kinds::integer, .column = "rows", .range = widths,
                 .about = "The height of the box, in lines; for the type `textarea` only."},
        Variable{.name = "cols", .kind = &kinds::integer, .column = "cols", .range = widths,
                 .about = "The width of the box, in characters; for the type `textarea` only."},
        Variable{.name = "default_state", .kind = &choice_or_blank, .column = "default_state", .choices = &visible_choices,
                 .about = "Whether a form shows the field when it opens."},
        Variable{.name = "display_overview", .kind = &kinds::flag, .column = "display_overview",
                 .about = "Whether an overview shows the field."},
        Variable{.name = "data_type", .kind = &kinds::choice, .column = "data_type", .choices = &data_type_choices, .required = true,
                 .about = "What a value may be; with the type `list`, one of the options whatever this says."},
        Variable{.name = "options", .kind = &option_lines, .limit = longest_field_text, .column = "options",
                 .about = "What can be chosen; for the type `list`, which needs them, only."},
        Variable{.name = "position", .kind = &kinds::integer, .column = "position", .range = positions,
                 .about = "The place of the field in a form; the lowest is the first."},
        Variable{.name = "in_use", .kind = &kinds::has_items, .list = &values, .supplied = Supplied::never,
                 .about = "Whether any record has a value in the field."},
    };
}

constexpr std::array selectors = {
    Selector{.name = "id", .finder = &finders::id, .columns = {"id"}, .all = true, .many = true,
             .about = "Picks fields by their IDs."},
    Selector{.name = "label", .finder = &finders::equals, .columns = {"label"}, .limit = 50, .all = true,
             .about = "Picks the field with this label."},
    Selector{.name = "start_name", .finder = &finders::prefix_from, .columns = {"label"}, .limit = 50,
             .about = "Begins the list at the labels with this beginning."},
    Selector{.name = "end_name", .finder = &finders::prefix_to, .columns = {"label"}, .limit = 50,
             .about = "Ends the list after the labels with this beginning."},
    Selector{.name = "after_id", .finder = &finders::after_id, .columns = {"id"},
             .about = "Continues a list after the last ID of the page before."},
};
// clang-format on

void check_type(Change& change) {
    const MaybeText type = change.after("type");
    const auto expect = [&](std::string_view type_with, std::string_view variable) {
        if (type != type_with && !change.after(variable).value_or("").empty())
            change.forbid({code::ambiguous, std::string(variable),
                           "belongs to the type " + std::string(type_with) + " only: leave it empty"});
    };
    expect("text", "size");
    expect("text", "max_size");
    expect("textarea", "rows");
    expect("textarea", "cols");
    expect("list", "options");
    if (type == "list" && change.after("options").value_or("").empty())
        change.forbid({code::required, "options", "is required with the type list"});
}

constexpr Rule type_fits = {.on_add = true,
                            .on_update = true,
                            .if_given = {"type", "size", "max_size", "rows", "cols", "options"},
                            .reads = {"type", "size", "max_size", "rows", "cols", "options"},
                            .check = check_type};

// Returns whether values of one data type are values of the other, whatever they are.
bool always_fit(const MaybeText& before, const MaybeText& after) {
    return before == after || after == "Large Text" || (after == "Text" && before != "Large Text") ||
           (before == "Number" && after == "Decimal");
}

// An option may be any short text.
MaybeText effective_data_type(const MaybeText& type, const MaybeText& data_type) {
    return type == "list" ? MaybeText("Text") : data_type;
}

// Whether each of the values fits could only be told by reading all of them, which may be millions.
void keep_values(Change& change) {
    if (change.before("in_use") != "Y")
        return;
    const auto refuse = [&](const char* variable) {
        change.forbid({code::in_use, variable,
                       "cannot become " + change.after(variable).value_or("") +
                           ", which values that are stored may not fit"});
    };
    if (change.after("type") == "list") {
        if (change.before("type") != "list")
            refuse("type");
        return;
    }
    if (!always_fit(effective_data_type(change.before("type"), change.before("data_type")),
                    change.after("data_type")))
        refuse(change.gives("data_type") ? "data_type" : "type");
}

constexpr Rule values_fit = {.on_update = true,
                             .if_given = {"type", "data_type"},
                             .reads = {"type", "data_type", "in_use"},
                             .check = keep_values};

constexpr std::array rules = {&type_fits, &values_fit};
constexpr std::array indexes = {Index{.columns = {"label"}, .unique = true}};
constexpr std::array field_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};
constexpr std::array<Alias, 1> aliases = {{{.name = "field_label", .of = "label"}}};

constexpr ListTable values_of_tickets = {
    .table = "ticket_field_values", .owner = "field_id", .column = "value"};
constexpr std::array ticket_variables = variables_of(values_of_tickets);

}  // namespace

const Resource& ticket_fields() {
    static const Resource resource = with_outputs({.names = {.one = "ticket_field",
                                                             .many = "ticket_fields",
                                                             .element = "ticket_field",
                                                             .noun = "ticket field"},
                                                   .table = "ticket_fields",
                                                   .variables = ticket_variables,
                                                   .selectors = selectors,
                                                   .unique = "label",
                                                   .most = most_fields,
                                                   .forced = &values_of_tickets,
                                                   .indexes = indexes,
                                                   .rules = rules,
                                                   .verbs = field_verbs,
                                                   .variable_aliases = aliases});
    return resource;
}

}  // namespace helpdesk
