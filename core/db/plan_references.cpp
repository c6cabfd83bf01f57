// The references of a plan: what they name, and in which scope.
#include <algorithm>

#include "db/plan.h"
#include "db/statements/ring_sql.h"
#include "db/statements/stored_if.h"

namespace helpdesk::db {
namespace {

std::string unknown_text(const Reference& reference, const std::string& text) {
    std::string noun = "no " + std::string(noun_of(reference));
    if (!reference.within.empty())
        noun.append(" of this ").append(reference.within);
    const std::string name(name_column(reference));
    if (reference.by == Reference::By::id)
        return noun + " has the ID " + text;
    if (reference.by == Reference::By::id_or_name)
        return noun + " has the " + name + " or ID \"" + text + "\"";
    return noun + (name == "name" ? " is named" : " has the " + name) + " \"" + text + "\"";
}

std::string stored_text(const Reference& reference) {
    return "the stored value is no " + std::string(noun_of(reference)) + " of this " +
           std::string(reference.within) + ": supply another one, or an empty value";
}

}  // namespace

// A 0 violates the foreign key. The write is then tried again, beginning with its question.
std::string Target::stored(std::vector<Parameter>& parameters) const {
    if (value->stored_if)
        return stored_if_sql(*value, parameters);
    std::string kept;
    for (const Variable* variable : bound()) {
        const std::string_view table = write->action->resource.table;
        const Scope changed{scope_of(write->action->resource, *variable->reference)->column, id()};
        kept += (kept.empty() ? "" : " AND ") + is_in_scope(*variable->reference,
                                                            quoted(table) + "." + quoted(variable->column),
                                                            changed, {true, table}, parameters);
    }
    const std::string stored = unbound(parameters);
    return kept.empty() ? stored : "CASE WHEN " + kept + " THEN " + stored + " ELSE 0 END";
}

std::string Target::unbound(std::vector<Parameter>& parameters) const {
    const std::string_view table = write->action->resource.table;
    if (reference() != nullptr && !reference()->taken_from.empty() && names.empty() &&
        write->action->verb.adds && !write->action->verb.brings)
        return taken_row(write->action->resource, parameters);
    if (reference() != nullptr && !names.empty() && ids.empty())
        return id_query(*reference(), names.front(), scope, {true, table}, parameters);
    if (reference() != nullptr && !names.empty() && ids.front())
        return same_id(*reference(), *ids.front(), scope, {true, table}, parameters);
    const bool has_value = reference() == nullptr && value->text;
    parameters.push_back(has_value ? Parameter(*value->text) : Parameter(nullptr));
    return "?";
}

std::string Target::taken_row(const Resource& resource, std::vector<Parameter>& parameters) const {
    const Variable& from = *resource.find(reference()->taken_from);
    const Resource& other = from.reference->to();
    const Value* number = write->find(from);
    parameters.emplace_back(parse_id(number == nullptr ? "" : number->text.value_or("")).value_or(0));
    return locked_column(*from.reference, other.find(reference()->taken)->column);
}

std::vector<const Variable*> Target::bound() const {
    std::vector<const Variable*> bound;
    if (write->action->verb.adds)
        return bound;
    for (const Variable& variable : write->action->resource.variables)
        if (variable.reference != nullptr && variable.reference->within == value->variable->name &&
            write->find(variable) == nullptr)
            bound.push_back(&variable);
    return bound;
}

bool Target::may_close_ring() const {
    return !write->action->verb.adds && reference() != nullptr && reference()->no_rings && !names.empty();
}

Statement Target::id() const {
    if (ids.empty() || !ids.front())
        return {"NULL", {}};
    return {"?", {*ids.front()}};
}

// Returns the value of the same write that is the scope of a reference. Null: the write does not supply it.
const Target* WritePlan::supplied_scope(const Reference& reference) const {
    const auto found = std::find_if(targets_.begin(), targets_.end(), [&](const Target& target) {
        return !reference.within.empty() && target.value->variable->name == reference.within;
    });
    return found == targets_.end() ? nullptr : &*found;
}

// Returns the scope for the question, where no ID is known yet.
Scope WritePlan::asked_scope(const Variable& variable) const {
    const Reference* reference = variable.reference;
    if (reference == nullptr || reference->within.empty())
        return {};
    const Variable& within = *resource().find(reference->within);
    const Target* supplied = supplied_scope(*reference);
    Scope scope{scope_of(resource(), *reference)->column, {"NULL", {}}};
    if (supplied == nullptr && !adding())
        scope.id.sql = "record." + quoted(within.column);
    else if (supplied != nullptr && !supplied->names.empty())
        scope.id.sql = id_query(*within.reference, supplied->names.front(), asked_scope(within), {},
                                scope.id.parameters);
    return scope;
}

// Returns the scope for the statement that stores the record: the ID, if the write supplies it, because an
// UPDATE may read a column before or after it has set it. Otherwise it is the column, which the statement
// does not set.
Scope WritePlan::stored_scope(const Variable& variable) const {
    const Reference* reference = variable.reference;
    if (reference == nullptr || reference->within.empty())
        return {};
    Scope scope{scope_of(resource(), *reference)->column, {"NULL", {}}};
    if (const Target* supplied = supplied_scope(*reference))
        scope.id = supplied->id();
    else if (!adding())
        scope.id.sql = quoted(resource().table) + "." + quoted(resource().find(reference->within)->column);
    return scope;
}

void WritePlan::check_references() {
    for (const Target& target : targets_) {
        const Reference* reference = target.reference();
        if (reference == nullptr || target.adds_row || reference->first_if_unknown)
            continue;
        // If the scope itself names nothing, one problem is enough.
        const Target* scope = supplied_scope(*reference);
        if (scope != nullptr && scope->names_nothing())
            continue;
        for (std::size_t i = 0; i < target.ids.size(); ++i)
            if (!target.ids[i] && target.names[i])
                problems.push_back({unknown_code(*reference), std::string(target.value->variable->name),
                                    unknown_text(*reference, target.names[i].value_or(""))});
    }
}

void WritePlan::check_bound(const Rows& row) {
    for (const auto& [variable, column] : asked_.bound)
        if (row.number(column) == 0 && !supplied_scope(*variable->reference)->names_nothing())
            problems.push_back({unknown_code(*variable->reference), std::string(variable->name),
                                stored_text(*variable->reference)});
}

std::string WritePlan::chain_of(const Target& target, std::vector<Parameter>& parameters) const {
    const std::string first = id_query(*target.reference(), target.names.front(), {}, {}, parameters);
    return chain_query(resource().table, target.value->variable->column, first, locks_record());
}

void WritePlan::check_rings(const Rows& row) {
    for (const auto& [variable, column] : asked_.rings) {
        const auto chain = static_cast<Chain>(row.number(column));
        const std::string noun(resource().names.noun);
        if (chain == Chain::is_ring)
            problems.push_back({code::ring, std::string(variable->name),
                                "leads back to the " + noun + ", directly or through others"});
        else if (chain == Chain::is_long)
            problems.push_back({code::ring, std::string(variable->name),
                                "leads from one " + noun + " to the next more than " +
                                    std::to_string(longest_chain) + " times"});
    }
}

}  // namespace helpdesk::db
