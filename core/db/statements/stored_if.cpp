#include "db/statements/stored_if.h"

#include "model/resource.h"

namespace helpdesk::db {
namespace {

// Compares bytes, because the collation ignores case and two spellings may mean two things.
std::string is_exactly(const Variable& variable) {
    return "CAST(" + quoted(variable.column) + " AS BINARY) = CAST(? AS BINARY)";
}

// A text in a CASE would turn its result into a text, and so the exact decimal in the column as well.
std::string typed_mark(const Kind& kind) {
    if (kind.form != Form::decimal)
        return "?";
    return "CAST(? AS DECIMAL(" + std::to_string(kind.decimals.digits) + ", " +
           std::to_string(kind.decimals.most) + "))";
}

}  // namespace

std::string has_exactly(const std::vector<Stored>& texts, std::vector<Parameter>& parameters) {
    std::string condition;
    for (const Stored& stored : texts) {
        condition += (condition.empty() ? "" : " AND ") + is_exactly(*stored.variable);
        parameters.emplace_back(stored.text);
    }
    return condition;
}

std::string stored_if_sql(const Value& value, std::vector<Parameter>& parameters) {
    const std::string stays = has_exactly(value.stored_if->stays_with, parameters);
    const std::string needs = has_exactly(value.stored_if->needs, parameters);
    parameters.push_back(value.text ? Parameter(*value.text) : Parameter(nullptr));
    return "CASE WHEN " + stays + " THEN " + quoted(value.variable->column) +
           (needs.empty() ? " ELSE " : " WHEN " + needs + " THEN ") + typed_mark(*value.variable->kind) +
           " END";
}

}  // namespace helpdesk::db
