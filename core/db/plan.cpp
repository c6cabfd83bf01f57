#include "db/plan.h"

#include <algorithm>
#include <map>

#include "db/statements/record_sql.h"

namespace helpdesk::db {
namespace {

// To the byte: a letter's case may make another place.
std::string is_exactly(const Variable& variable) {
    return "CAST(" + quoted(variable.column) + " AS BINARY) = CAST(? AS BINARY)";
}

}  // namespace

std::string as_read(const Write& write, std::vector<Parameter>& parameters) {
    std::string condition;
    for (const Stored& stored : write.beside) {
        condition += condition.empty() ? "" : " AND ";
        condition += is_exactly(*stored.variable);
        parameters.emplace_back(stored.text);
    }
    return condition;
}

// Coordinates belong to an address that somebody may have changed since it was read: they stay with one that
// this update leaves as it is, are stored beside the one that was read, and else are unknown.
std::string Target::located(std::vector<Parameter>& parameters) const {
    std::string unchanged;
    for (const Value& part : write->values) {
        if (part.variable->place.empty() || part.located)
            continue;
        unchanged += (unchanged.empty() ? "" : " AND ") + is_exactly(*part.variable);
        parameters.emplace_back(*part.text);
    }
    const std::string beside = as_read(*write, parameters);
    const Decimals& decimals = value->variable->kind->decimals;
    const std::string number =
        "CAST(? AS DECIMAL(" + std::to_string(decimals.digits) + ", " + std::to_string(decimals.most) + "))";
    parameters.push_back(value->text ? Parameter(*value->text) : Parameter(nullptr));
    return "CASE WHEN " + unchanged + " THEN " + quoted(value->variable->column) +
           (beside.empty() ? " ELSE " : " WHEN " + beside + " THEN ") + number + " END";
}

std::string key_column(const Write& write) {
    return "record." + (write.id ? "id" : quoted(write.action->resource.name()->column));
}

Parameter key_value(const Write& write) {
    return write.id ? Parameter(*write.id) : Parameter(write.identifier);
}

WritePlan::WritePlan(const Write& write) : identifier(write.identifier), write_(&write) {
    targets_.reserve(write.values.size());
    for (const Value& value : write.values) {
        Target target{&write, &value, {}, {}};
        const Reference* reference = target.reference();
        if (reference != nullptr && target.is_list())
            target.names.assign(value.items.begin(), value.items.end());
        else if (target.creates_row())
            target.names.emplace_back(value.new_name);
        else if (reference != nullptr &&
                 (value.text || reference->first_if_unknown || (reference->has_default && adding())))
            target.names.push_back(value.text);
        targets_.push_back(std::move(target));
    }
}

bool WritePlan::needs_transaction() const {
    if (write_->repeatable || !write_->if_match.empty())
        return true;
    return std::any_of(targets_.begin(), targets_.end(), [&](const Target& target) {
        if (target.is_list())
            return !adding() || !target.value->items.empty();
        return target.creates_row() ||
               (!adding() && target.value->variable->kind->coordinate && !target.value->located);
    });
}

bool WritePlan::names_no_rows() const {
    return std::all_of(targets_.begin(), targets_.end(),
                       [](const Target& target) { return target.names.empty() && target.bound().empty(); });
}

bool WritePlan::needs_question() const {
    return !adding() || needs_transaction() ||
           std::any_of(targets_.begin(), targets_.end(), [](const Target& target) {
               return !target.names.empty() && !target.reference()->first_if_unknown;
           });
}

Statement WritePlan::question(unsigned number) {
    const Variable* name = resource().name();
    Columns columns;
    std::vector<Parameter> parameters;
    columns.add(std::to_string(number));
    asked_ = {};
    asked_.id = columns.add("record.id");
    if (name != nullptr)
        asked_.identifier = columns.add("record." + quoted(name->column));
    for (const Variable& variable : resource().variables)
        if (variable.kind->coordinate)
            asked_.coordinates.emplace_back(
                &variable, columns.add("record." + quoted(variable.column) + " IS NOT NULL"));
    if (!write_->if_match.empty())
        asked_.version = columns.add("record.version");
    for (const Target& target : targets_)
        for (const auto& named : target.names)
            asked_.references.push_back(columns.add(
                id_query(*target.reference(), named, asked_scope(*target.value->variable), "", parameters)));
    for (const Target& target : targets_)
        for (const Variable* bound : target.bound())
            asked_.bound.emplace_back(
                bound, columns.add(is_in_scope(*bound->reference, "record." + quoted(bound->column),
                                               asked_scope(*bound), "", parameters)));
    // A row comes back whether or not the record exists, so that all problems are known at once.
    std::string sql = "SELECT " + columns.sql() + " FROM (SELECT 1) AS one LEFT JOIN " +
                      quoted(resource().table) + " AS record ON ";
    if (adding() && name == nullptr) {
        sql += "FALSE";
    } else {
        sql += key_column(*write_) + " = ?";
        parameters.push_back(key_value(*write_));
    }
    if (!adding() && needs_transaction())
        sql += " FOR UPDATE";
    return {.sql = std::move(sql), .parameters = std::move(parameters)};
}

void WritePlan::take_answer(const Rows& row) {
    auto column = asked_.references.begin();
    for (Target& target : targets_) {
        target.ids.clear();
        for (std::size_t i = 0; i < target.names.size(); ++i, ++column)
            target.ids.push_back(row.is_null(*column) ? std::nullopt : std::optional(row.number(*column)));
    }
    for (Target& target : targets_)
        target.scope = stored_scope(*target.value->variable);
    const bool exists = !row.is_null(asked_.id);
    if (adding() && exists) {
        problems.push_back(already_exists());
    } else if (!adding() && !exists) {
        problems.push_back(not_found());
    } else if (exists) {
        record_id = row.number(asked_.id);
        if (asked_.identifier != 0)
            identifier = text_of(row, asked_.identifier, std::string(resource().known_by()));
        check_pairs(row);
        check_bound(row);
        check_version(row);
    }
    check_references();
}

void WritePlan::check_version(const Rows& row) {
    if (asked_.version == 0)
        return;
    version_ = row.number(asked_.version);
    if (!matches(write_->if_match, entity_tag_of(version_)))
        problems.push_back(precondition_failed(resource().names.noun));
}

Problem WritePlan::not_found() const {
    const std::string text = "there is no " + std::string(resource().names.noun);
    if (write_->id)
        return {code::not_found, std::string(resource().key.variable),
                text + " with the ID " + std::to_string(*write_->id)};
    return {code::not_found, std::string(resource().known_by()), text + " \"" + write_->identifier + "\""};
}

Problem WritePlan::missed() const {
    if (!write_->action->verb.locates)
        return not_found();
    return {code::overloaded, "", "the address was changed meanwhile, try again"};
}

// An add whose identifier is taken, or an update that would give a record the identifier of another.
Problem WritePlan::already_exists() const {
    const Value* renamed = supplied(resource().known_by());
    const std::string& name = renamed != nullptr ? *renamed->text : write_->identifier;
    return {code::already_exists,
            std::string(renamed != nullptr ? resource().renamed_by : resource().known_by()),
            "the " + std::string(resource().names.noun) + " \"" + name + "\" already exists"};
}

const Value* WritePlan::supplied(std::string_view name) const {
    const auto found = std::find_if(write_->values.begin(), write_->values.end(),
                                    [&](const Value& value) { return value.variable->name == name; });
    return found == write_->values.end() ? nullptr : &*found;
}

// After an update both coordinates are stored, or neither.
void WritePlan::check_pairs(const Rows& row) {
    std::map<std::string_view, bool> stored_after;
    bool any_supplied = false;
    for (const auto& [variable, column] : asked_.coordinates) {
        const Value* value = supplied(variable->name);
        any_supplied = any_supplied || value != nullptr;
        stored_after[variable->name] = value != nullptr ? value->text.has_value() : row.number(column) != 0;
    }
    for (const auto& [name, stored] : stored_after) {
        const std::string_view companion = resource().find(name)->companion;
        if (any_supplied && !stored && stored_after.at(companion))
            problems.push_back({code::incomplete_coordinates, std::string(name),
                                "is required beside " + std::string(companion)});
    }
}

Problem WritePlan::in_use() const {
    const std::string_view variable = write_->id ? resource().key.variable : resource().known_by();
    return {code::in_use, std::string(variable),
            "the " + std::string(resource().names.noun) + " " +
                (identifier.empty() ? std::to_string(record_id) : "\"" + identifier + "\"") +
                " is still in use"};
}

Problem WritePlan::too_large(std::uint64_t most) const {
    const auto size = [](const Value& value) { return value.text ? value.text->size() : 0; };
    const auto longest =
        std::max_element(write_->values.begin(), write_->values.end(),
                         [&](const Value& one, const Value& other) { return size(one) < size(other); });
    return {code::payload_too_large,
            std::string(longest == write_->values.end() ? resource().known_by() : longest->variable->name),
            "is larger than the database server takes, " + std::to_string(most) + " bytes in all"};
}

std::string WritePlan::entity_tag_of(std::uint64_t version) const {
    return entity_tag(std::to_string(record_id), std::to_string(version));
}

WriteResult WritePlan::result() const {
    WriteResult result;
    result.problems = problems;
    result.added = adding();
    if (!write_->if_match.empty() && !removing())
        result.entity_tag = entity_tag_of(version_ + (targets_.empty() ? 0 : 1));
    result.answer = resource().key.answered ? std::to_string(record_id) : identifier;
    return result;
}

}  // namespace helpdesk::db
