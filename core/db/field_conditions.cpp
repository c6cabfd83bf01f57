#include "db/field_conditions.h"

#include <map>

#include "db/statements/fields_sql.h"
#include "db/statements/record_sql.h"
#include "model/finder.h"
#include "request/fields.h"

namespace helpdesk::db {
namespace {

std::map<std::uint64_t, FieldDefinition> read_fields(Connection& connection, const Resource& definitions,
                                                     const std::vector<std::uint64_t>& numbers) {
    Statement statement{
        .sql = "SELECT id, " + std::string(definition_sql) + " FROM " + quoted(definitions.table) + " WHERE ",
        .parameters = {}};
    add_in(statement, "id", numbers);
    std::map<std::uint64_t, FieldDefinition> fields;
    const auto row = connection.query(statement.sql, statement.parameters);
    while (row->next())
        fields.emplace(row->number(1), definition_of(row->number(1), text_of(*row, 2, "options")));
    return fields;
}

// Returns the field as it may have been: values may be older than the options and the greatest length that
// the field has now.
FieldDefinition as_it_may_have_been(FieldDefinition field) {
    if (field.type == "list")
        field.data_type = "Text";
    field.type = "text";
    field.max_size = 0;
    field.required = false;
    return field;
}

}  // namespace

std::vector<std::string> ask_for_fields(Connection& connection, const Selection& selection,
                                        Problems& problems) {
    std::vector<const Condition*> conditions;
    std::vector<std::uint64_t> numbers;
    for (const Condition& condition : selection.conditions)
        if (condition.selector->finder->finds_fields) {
            conditions.push_back(&condition);
            numbers.push_back(parse_id(condition.values.front()).value_or(0));
        }
    std::vector<std::string> texts;
    if (conditions.empty())
        return texts;
    const Resource& resource = selection.action->resource;
    const auto fields = read_fields(connection, resource.find(any_field)->fields->definitions(), numbers);
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        const auto field = fields.find(numbers[i]);
        if (field == fields.end())
            problems.push_back({code::unknown_field, field_name(numbers[i]), "there is no such field"});
        else
            texts.push_back(read_field(resource, as_it_may_have_been(field->second),
                                       conditions[i]->values.back(), problems)
                                .value_or(""));
    }
    return texts;
}

}  // namespace helpdesk::db
