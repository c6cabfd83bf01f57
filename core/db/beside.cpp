#include "db/beside.h"

#include <algorithm>

#include "db/erase.h"
#include "db/merge.h"
#include "db/statements/record_sql.h"
#include "db/store.h"

namespace helpdesk::db {
namespace {

// Adds the records in their order, at most `at_once` with one statement.
void add_records(Connection& connection, std::span<WritePlan* const> records, std::size_t at_once) {
    while (!records.empty()) {
        // A power of two at once, so that few prepared statements serve all counts.
        std::size_t count = std::min(at_once, most_grouped);
        while (count > records.size())
            count /= 2;
        insert_records(connection, records.first(count));
        records = records.subspan(count);
    }
}

// Locks the other records before it changes them. READ COMMITTED allows an UPDATE alone to pass over a row
// that another transaction is about to give the value; a locking SELECT waits for that row. If two
// transactions wait for each other, that is a deadlock, and one is tried again.
//
// `plans` begins with the one whose change it is. Those after it share its statements, but come later: their
// records are stored already, and it leaves them alone.
void change_others(Connection& connection, std::span<WritePlan* const> plans, const ChangeOfOthers& change) {
    const Resource& resource = plans.front()->resource();
    const std::string column = quoted(change.variable->column);
    std::vector<std::uint64_t> ids;
    for (const WritePlan* plan : plans)
        ids.push_back(plan->record_id);
    Statement others{.sql = "SELECT id FROM " + quoted(resource.table) + " WHERE " + column + " = ? AND NOT ",
                     .parameters = {change.from}};
    add_in(others, "id", ids);
    ids.clear();
    const auto row = connection.query(others.sql + " ORDER BY id FOR UPDATE", others.parameters);
    while (row->next())
        ids.push_back(row->number(1));
    if (ids.empty())
        return;
    Statement statement{.sql = "UPDATE " + quoted(resource.table) + " SET " + column + " = ?",
                        .parameters = {change.to}};
    if (resource.versioned)
        statement.sql += ", version = version + 1";
    if (resource.timestamps)
        statement.sql += ", last_updated = SYSDATE()";
    statement.sql += " WHERE ";
    add_in(statement, "id", ids);
    connection.execute(statement.sql, statement.parameters);
}

// Returns how many went to the other record. If answers show where they are, they get a new version and time,
// so that a walk meets them there.
std::uint64_t move_records(Connection& connection, const WritePlan& plan, const Move& move) {
    const Belongings& belongings = move.belongings;
    const Resource& resource = belongings.resource();
    const std::string column = quoted(resource.find(belongings.variable)->column);
    Statement statement{.sql = "UPDATE " + quoted(resource.table) + " SET " + column + " = ?",
                        .parameters = {move.to}};
    if (resource.versioned && belongings.shown)
        statement.sql += ", version = version + 1";
    if (resource.timestamps && belongings.shown)
        statement.sql += ", last_updated = SYSDATE()";
    statement.sql += " WHERE " + column + " = ?";
    statement.parameters.emplace_back(plan.record_id);
    if (!belongings.unless.empty()) {
        statement.sql += " AND NOT " + quoted(resource.find(belongings.unless)->column) + " = ?";
        statement.parameters.emplace_back(std::string(belongings.kept));
    }
    return connection.execute(statement.sql, statement.parameters);
}

}  // namespace

void write_beside(Connection& connection, std::span<WritePlan* const> plans) {
    std::vector<IndexedText> texts;
    write_beside(connection, plans, texts);
    const bool is_short = plans.front()->write().only_if_short;
    if (!index_texts(connection, texts, is_short ? most_text_of_short_write : UINT64_MAX))
        plans.front()->takes_long = true;
}

void write_beside(Connection& connection, std::span<WritePlan* const> plans,
                  std::vector<IndexedText>& texts) {
    std::vector<WritePlan> records;
    std::vector<const Resource*> resources;
    for (std::size_t i = 0; i < plans.size(); ++i) {
        AppliedRules& rules = plans[i]->rules();
        rules.collect(*plans[i]);
        for (const ChangeOfOthers& change : rules.of_others)
            change_others(connection, plans.subspan(i), change);
        for (const Move& move : rules.moved) {
            const std::uint64_t count = move_records(connection, *plans[i], move);
            if (move.belongings.shown)
                plans[i]->told.emplace_back(move.belongings.resource().names.many, std::to_string(count));
        }
        if (rules.merged)
            merge_record(connection, *plans[i], rules.merged->number);
        if (rules.erases_traces)
            erase_traces(connection, *plans[i]);
        std::move(rules.indexed.begin(), rules.indexed.end(), std::back_inserter(texts));
        for (const auto& added : rules.added) {
            records.emplace_back(added->write, WritePlan::Of::rule);
            const Resource& resource = records.back().resource();
            if (std::find(resources.begin(), resources.end(), &resource) == resources.end())
                resources.push_back(&resource);
        }
    }
    for (const Resource* resource : resources) {
        std::vector<WritePlan*> same;
        for (WritePlan& record : records)
            if (&record.resource() == resource)
                same.push_back(&record);
        add_records(connection, same, plans.size() > 1 ? most_grouped : 1);
    }
}

}  // namespace helpdesk::db
