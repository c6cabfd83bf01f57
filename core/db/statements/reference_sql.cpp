#include "db/statements/reference_sql.h"

#include "db/statements/hidden.h"
#include "request/check.h"

namespace helpdesk::db {
namespace {

// The end of a subquery that locks its row until the transaction ends. Both servers understand this spelling.
constexpr std::string_view locking = " LOCK IN SHARE MODE";

// Returns the subquery for the ID of a row. MySQL refuses a statement that reads the table which it writes
// (error 1093), unless it reads it through a derived table. LIMIT keeps the server from merging that table
// into the rest.
std::string find_row(const Reference& reference, const std::string& rest, const Use& use) {
    const std::string_view table = reference.to().table;
    const std::string select = "SELECT id FROM " + quoted(table) + rest;
    if (!use.locks)
        return "(" + select + ")";
    if (table != use.written)
        return "(" + select + std::string(locking) + ")";
    const bool limited = rest.find(" LIMIT ") != std::string::npos;
    return "(SELECT id FROM (" + select + (limited ? "" : " LIMIT 1") + std::string(locking) + ") AS named)";
}

std::string not_deleted(const Reference& reference) {
    return and_not_hidden(reference.to(), quoted(reference.to().table));
}

std::string in_scope(const Scope& scope, std::vector<Parameter>& parameters) {
    if (scope.column.empty())
        return "";
    parameters.insert(parameters.end(), scope.id.parameters.begin(), scope.id.parameters.end());
    return " AND " + quoted(scope.column) + " = " + scope.id.sql;
}

// Returns the number that the next parameter means: that of the record into which the one was merged that has
// it.
std::string number_meant(const Reference& reference) {
    return "(SELECT COALESCE(" + quoted(reference.merged_into) + ", id) FROM " +
           quoted(reference.to().table) + " WHERE id = ?" + not_deleted(reference) + ")";
}

}  // namespace

// Number, name and default are separate subqueries, so that only the row that is found is locked.
std::string id_query(const Reference& reference, const std::optional<std::string>& text, const Scope& scope,
                     const Use& use, std::vector<Parameter>& parameters) {
    std::vector<std::string> ways;
    const auto add = [&](const std::string& rest) { ways.push_back(find_row(reference, rest, use)); };
    const auto add_equal = [&](std::string_view column, Parameter value) {
        parameters.push_back(std::move(value));
        const bool follows = use.follows && !reference.merged_into.empty();
        add(" WHERE " + quoted(column) + " = " + (follows ? number_meant(reference) : "?") +
            in_scope(scope, parameters) + not_deleted(reference));
    };
    if (text && !text->empty()) {
        if (const auto id = parse_id(*text); id && reference.by != Reference::By::name)
            add_equal("id", *id);
        if (reference.by != Reference::By::id)
            add_equal(name_column(reference), *text);
    }
    if (reference.has_default && !text)
        add(" ORDER BY is_default = 'Y' DESC, position IS NULL, position, id LIMIT 1");
    if (!reference.first_with.empty() && !text)
        add(" WHERE " + quoted(reference.first_with) +
            " = 'Y' ORDER BY position IS NULL, position, id LIMIT 1");
    if (reference.first_if_unknown)
        add(" ORDER BY id LIMIT 1");
    if (ways.empty())
        return "NULL";
    std::string query;
    for (const std::string& way : ways)
        query += (query.empty() ? "COALESCE(" : ", ") + way;
    return query + ")";
}

std::string same_id(const Reference& reference, std::uint64_t id, const Scope& scope, const Use& use,
                    std::vector<Parameter>& parameters) {
    parameters.emplace_back(id);
    const std::string not_merged =
        reference.merged_into.empty() ? "" : " AND " + quoted(reference.merged_into) + " IS NULL";
    return "COALESCE(" +
           find_row(reference,
                    " WHERE id = ?" + in_scope(scope, parameters) + not_deleted(reference) + not_merged,
                    use) +
           ", 0)";
}

std::string locked_column(const Reference& reference, std::string_view column) {
    return "(SELECT " + quoted(column) + " FROM " + quoted(reference.to().table) +
           " WHERE id = " + (reference.merged_into.empty() ? "?" : number_meant(reference)) +
           std::string(locking) + ")";
}

std::string is_in_scope(const Reference& reference, const std::string& stored, const Scope& scope,
                        const Use& use, std::vector<Parameter>& parameters) {
    return "(" + stored + " IS NULL OR EXISTS " +
           find_row(reference, " WHERE id = " + stored + in_scope(scope, parameters), use) + ")";
}

}  // namespace helpdesk::db
