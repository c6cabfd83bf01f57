#include "db/statements/coordinates.h"

namespace helpdesk::db {
namespace {

// Compares bytes, because the collation ignores case and two spellings may be two places.
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

std::string coordinate_sql(const Write& write, const Value& value, std::vector<Parameter>& parameters) {
    std::string unchanged;
    for (const Value& part : write.values) {
        if (part.variable->place.empty() || part.located)
            continue;
        unchanged += (unchanged.empty() ? "" : " AND ") + is_exactly(*part.variable);
        parameters.emplace_back(*part.text);
    }
    const std::string beside = as_read(write, parameters);
    const Decimals& decimals = value.variable->kind->decimals;
    const std::string number =
        "CAST(? AS DECIMAL(" + std::to_string(decimals.digits) + ", " + std::to_string(decimals.most) + "))";
    parameters.push_back(value.text ? Parameter(*value.text) : Parameter(nullptr));
    return "CASE WHEN " + unchanged + " THEN " + quoted(value.variable->column) +
           (beside.empty() ? " ELSE " : " WHEN " + beside + " THEN ") + number + " END";
}

}  // namespace helpdesk::db
