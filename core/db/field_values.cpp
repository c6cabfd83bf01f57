#include "db/field_values.h"

#include <algorithm>
#include <bit>

#include "db/statements/fields_sql.h"
#include "db/statements/record_sql.h"
#include "request/fields.h"
#include "text.h"

namespace helpdesk::db {
namespace {

// The most bytes of all values of a record. With more, a page of a list might hold far more than other
// records take.
constexpr std::size_t most_bytes = std::size_t{64} * 1024;

const Fields& fields_of(const Value& value) {
    return *value.variable->fields;
}

}  // namespace

FieldValues::FieldValues(const Write& write) : write_(&write) {
    const auto found = std::find_if(write.values.begin(), write.values.end(),
                                    [](const Value& value) { return value.variable->fields != nullptr; });
    value_ = found == write.values.end() ? nullptr : &*found;
}

void FieldValues::add_question(Columns& columns, std::vector<Parameter>& parameters, std::string_view lock) {
    asked_.clear();
    asked_required_ = asked_size_ = 0;
    if (value_ == nullptr)
        return;
    const Verb& verb = write_->action->verb;
    const Fields& fields = fields_of(*value_);
    const std::string definitions = quoted(fields.definitions().table);
    if (verb.adds && !verb.brings)
        asked_required_ = columns.add("(SELECT GROUP_CONCAT(id ORDER BY id) FROM " + definitions +
                                      " WHERE required = 'Y')");
    const std::string stored = " FROM " + quoted(fields.values) + " AS item WHERE item." +
                               quoted(fields.owner) + " = record.id AND item.field_id ";
    for (const FieldValue& given : value_->fields) {
        Asked asked;
        parameters.emplace_back(given.field);
        // The field stays as it is until the value is stored.
        asked.definition = columns.add("(SELECT " + std::string(definition_sql) + " FROM " + definitions +
                                       " WHERE id = ? LOCK IN SHARE MODE)");
        if (!verb.adds) {
            parameters.emplace_back(given.field);
            asked.before = columns.add("(SELECT item.value" + stored + "= ?" + std::string(lock) + ")");
        }
        asked_.push_back(asked);
    }
    if (verb.adds || value_->fields.empty())
        return;
    std::vector<std::uint64_t> given;
    for (const FieldValue& value : value_->fields)
        given.push_back(value.field);
    Statement size{.sql = "(SELECT SUM(LENGTH(item.value))" + stored, .parameters = {}};
    add_in(size, "NOT", given);
    parameters.insert(parameters.end(), size.parameters.begin(), size.parameters.end());
    asked_size_ = columns.add(size.sql + std::string(lock) + ")");
}

void FieldValues::apply_answer(const Rows& row, Problems& problems) {
    changes_.clear();
    if (value_ == nullptr)
        return;
    std::size_t bytes = asked_size_ == 0 ? 0 : row.number(asked_size_);
    for (std::size_t i = 0; i < asked_.size(); ++i) {
        const FieldValue& given = value_->fields[i];
        FieldChange change{.number = given.field, .name = field_name(given.field)};
        if (row.is_null(asked_[i].definition)) {
            problems.push_back({code::unknown_field, change.name, "there is no such field"});
            continue;
        }
        if (asked_[i].before != 0 && !row.is_null(asked_[i].before))
            change.before = text_of(row, asked_[i].before, change.name);
        FieldDefinition field = definition_of(given.field, text_of(row, asked_[i].definition, change.name));
        // A value that is brought was allowed where it comes from.
        field.required = field.required && !write_->action->verb.brings;
        change.after = read_field(write_->action->resource, field, given.text, problems);
        bytes += change.after.value_or("").size();
        changes_.push_back(std::move(change));
    }
    if (bytes > most_bytes && !changes_.empty())
        problems.push_back({code::too_long, changes_.back().name,
                            "and the other fields of the record are longer than " +
                                std::to_string(most_bytes) + " bytes together"});
    if (asked_required_ != 0 && !row.is_null(asked_required_))
        expect_required(row.text(asked_required_), problems);
}

// `required` are numbers of fields, with commas between.
void FieldValues::expect_required(const std::string& required, Problems& problems) const {
    for (const std::string& number : text::split_list(required, most_fields))
        if (std::none_of(value_->fields.begin(), value_->fields.end(),
                         [&](const FieldValue& given) { return std::to_string(given.field) == number; }))
            problems.push_back({code::required, field_name(parse_id(number).value_or(0)), "is required"});
}

void FieldValues::store(Connection& connection, std::uint64_t record) const {
    std::vector<std::uint64_t> gone;
    std::vector<const FieldChange*> given;
    for (const FieldChange& change : changes_) {
        if (!change.is_change())
            continue;
        if (change.before)
            gone.push_back(change.number);
        if (change.after)
            given.push_back(&change);
    }
    if (!gone.empty()) {
        const Fields& fields = fields_of(*value_);
        Statement statement{
            .sql = "DELETE FROM " + quoted(fields.values) + " WHERE " + quoted(fields.owner) + " = ? AND ",
            .parameters = {record}};
        add_in(statement, "field_id", gone);
        connection.execute(statement.sql, statement.parameters);
    }
    insert(connection, record, given);
}

void FieldValues::insert(Connection& connection, std::uint64_t record,
                         std::span<const FieldChange* const> changes) const {
    while (!changes.empty()) {
        const std::size_t count = std::bit_floor(changes.size());
        const Fields& fields = fields_of(*value_);
        std::string sql = "INSERT INTO " + quoted(fields.values) + " (" + quoted(fields.owner) +
                          ", field_id, value) VALUES ";
        std::vector<Parameter> parameters;
        for (const FieldChange* change : changes.first(count)) {
            sql += parameters.empty() ? "(?, ?, ?)" : ", (?, ?, ?)";
            parameters.insert(parameters.end(), {record, change->number, *change->after});
        }
        connection.execute(sql, parameters);
        changes = changes.subspan(count);
    }
}

}  // namespace helpdesk::db
