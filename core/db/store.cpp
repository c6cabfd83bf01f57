#include "db/store.h"

#include <algorithm>
#include <chrono>

#include "db/session/errors.h"
#include "db/statements/record_sql.h"
#include "db/statements/stored_if.h"
#include "db/statements/walk.h"

namespace helpdesk::db {
namespace {

// The time of the change. A walk by last_updated must not have passed that time when the record's entry
// appears in the index, so the clock is read as late as possible. SYSDATE() is the time of its own
// evaluation; NOW() and the column's default are the time at which the statement began. Servers evaluate the
// assignments of an UPDATE, and the values of a row, in the order in which they are written. The time comes
// last, when the record and all rows that it refers to are locked. An add that waits for another one with its
// identifier has written its entry by then, because the index of times comes first.
constexpr std::string_view time_of_change = "SYSDATE()";

bool has_walk(const Resource& resource) {
    return std::any_of(resource.selectors.begin(), resource.selectors.end(),
                       [](const Selector& selector) { return selector.finder->is_walk(); });
}

std::vector<std::uint64_t> numbers_of(std::span<WritePlan* const> plans) {
    std::vector<std::uint64_t> numbers;
    for (const WritePlan* plan : plans)
        numbers.push_back(plan->record_id);
    return numbers;
}

// Sets the numbers of the records that the last INSERT added. A server that knows the number of rows reserves
// as many numbers at once, in the order of the rows.
void set_numbers(Connection& connection, std::span<WritePlan* const> plans) {
    if (plans.size() == 1) {
        // LAST_INSERT_ID() knows nothing of a number that the record brought.
        const auto own = plans.front()->write().id;
        plans.front()->record_id = own ? *own : last_insert_id(connection);
        return;
    }
    const auto row = connection.query("SELECT LAST_INSERT_ID(), @@SESSION.auto_increment_increment", {});
    row->next();
    std::uint64_t next = row->number(1);
    for (WritePlan* plan : plans) {
        plan->record_id = next;
        next += row->number(2);
    }
}

// Sets the time of records that were just stored to the current time. Their entries are in the index, and
// other writers have no reason to lock them for long.
void renew_time(Connection& connection, std::span<WritePlan* const> plans) {
    const WritePlan& first = *plans.front();
    const Resource& resource = first.resource();
    Statement statement{.sql = "UPDATE " + quoted(resource.table) +
                               " SET last_updated = " + std::string(time_of_change) + " WHERE ",
                        .parameters = {}};
    if (first.adding() && resource.name() != nullptr) {
        std::vector<std::string> identifiers;
        for (const WritePlan* plan : plans)
            identifiers.push_back(plan->write().identifier);
        add_in(statement, quoted(resource.name()->column), identifiers);
    } else {
        add_in(statement, "id", numbers_of(plans));
    }
    try {
        connection.execute(statement.sql, statement.parameters);
    } catch (const sql::SQLException& error) {
        // Outside of a transaction the records are stored already, and must not be stored again.
        if (first.needs_transaction() || is_lost(error.getErrorCode()))
            throw;
    }
}

// Runs the statement that stores the records, and returns the number of rows that it found. If it took so
// long that a walk may have passed the time of the change, sets that time again: the server may have waited
// for a lock of another program between rows, for its disk, or for a trigger.
std::uint64_t store_in_time(Connection& connection, std::span<WritePlan* const> plans,
                            const Statement& statement) {
    using Clock = std::chrono::steady_clock;
    auto begin = Clock::now();
    const std::uint64_t found = connection.execute(statement.sql, statement.parameters);
    auto took = Clock::now() - begin;
    try {
        if (needs_numbers(*plans.front()))
            set_numbers(connection, plans);
        constexpr int most_tries = 3;
        for (int tries = 0; tries < most_tries; ++tries) {
            if (found == 0 || !has_walk(plans.front()->resource()) || took <= walk_margin)
                break;
            if (plans.front()->is_beside())
                set_numbers(connection, plans);
            begin = Clock::now();
            renew_time(connection, plans);
            took = Clock::now() - begin;
        }
    } catch (const sql::SQLException& error) {
        if (plans.front()->needs_transaction())
            throw;
        // The statement before this one has committed, and must not be executed again. So whatever this one
        // met counts as a connection that was lost when the change was on its way.
        throw sql::SQLException(describe(error), error.getSQLState(), lost_after_sending);
    }
    return found;
}

// Returns the expression that `sql` gives for each record, in a statement on all of them.
template <typename Sql>
std::string for_each_record(std::span<WritePlan* const> plans, std::vector<Parameter>& parameters, Sql sql) {
    if (plans.size() == 1)
        return sql(*plans.front());
    std::string all = "CASE id";
    for (const WritePlan* plan : plans) {
        parameters.emplace_back(plan->record_id);
        all += " WHEN ? THEN " + sql(*plan);
    }
    return all + " END";
}

}  // namespace

std::uint64_t last_insert_id(Connection& connection) {
    const auto row = connection.query("SELECT LAST_INSERT_ID()", {});
    row->next();
    return row->number(1);
}

bool needs_numbers(const WritePlan& plan) {
    return plan.adding() && !plan.is_beside() && (plan.needs_transaction() || plan.resource().key.answered);
}

// In a Galera cluster the step between numbers follows the number of members at every statement, so the step
// that is read after an INSERT may not be the one that it used. MySQL has no such variable.
bool has_steady_numbers(Connection& connection) {
    const auto row = connection.query("SHOW SESSION VARIABLES LIKE 'wsrep_on'", {});
    return !row->next() || row->text(2) != "ON";
}

void insert_records(Connection& connection, std::span<WritePlan* const> plans) {
    const Resource& resource = plans.front()->resource();
    const bool walked = has_walk(resource);
    Columns columns;
    if (resource.name() != nullptr)
        columns.add(quoted(resource.name()->column));
    if (plans.front()->write().id)
        columns.add("id");
    for (const Target& target : plans.front()->targets())
        if (target.has_column())
            columns.add(quoted(target.value->variable->column));
    if (walked)
        columns.add(last_updated);
    std::string rows;
    std::vector<Parameter> parameters;
    parameters.reserve(plans.size() * (plans.front()->targets().size() + 1));
    for (const WritePlan* plan : plans) {
        Columns values;
        if (resource.name() != nullptr) {
            values.add("?");
            parameters.emplace_back(plan->write().identifier);
        }
        if (plan->write().id) {
            values.add("?");
            parameters.emplace_back(*plan->write().id);
        }
        for (const Target& target : plan->targets())
            if (target.has_column())
                values.add(target.stored(parameters));
        if (walked)
            values.add(time_of_change);
        rows += (rows.empty() ? "(" : ", (") + values.sql() + ")";
    }
    store_in_time(connection, plans,
                  {"INSERT INTO " + quoted(resource.table) + " (" + columns.sql() + ") VALUES " + rows,
                   std::move(parameters)});
}

std::uint64_t update_records(Connection& connection, std::span<WritePlan* const> plans) {
    const Resource& resource = plans.front()->resource();
    std::string sql = resource.versioned ? ", version = version + 1" : "";
    std::vector<Parameter> parameters;
    const auto& targets = plans.front()->targets();
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (!targets[i].has_column())
            continue;
        sql += ", " + quoted(targets[i].value->variable->column) + " = " +
               for_each_record(plans, parameters,
                               [&](const WritePlan& plan) { return plan.targets()[i].stored(parameters); });
    }
    if (resource.timestamps)
        sql.append(", last_updated = ").append(time_of_change);
    Statement statement{.sql = "UPDATE " + quoted(resource.table) + " SET " + sql.substr(2) + " WHERE ",
                        .parameters = std::move(parameters)};
    add_in(statement, "id", numbers_of(plans));
    // A record that no longer has what was read of it is not updated. Such a write shares no statement.
    if (const auto& only_if = plans.front()->write().only_if; !only_if.empty())
        statement.sql += " AND " + has_exactly(only_if, statement.parameters);
    return store_in_time(connection, plans, statement);
}

std::uint64_t mark_deleted(Connection& connection, WritePlan& plan, bool deleted) {
    const Resource& resource = plan.resource();
    WritePlan* const plans[] = {&plan};
    std::string sql = "UPDATE " + quoted(resource.table) + " SET " + quoted(resource.deleted) + " = ?";
    if (resource.versioned)
        sql += ", version = version + 1";
    if (resource.timestamps)
        sql.append(", last_updated = ").append(time_of_change);
    return store_in_time(connection, plans, {sql + " WHERE id = ?", {deleted ? "Y" : "N", plan.record_id}});
}

void lock_in_order(Connection& connection, const Resource& resource, const std::vector<std::uint64_t>& ids) {
    Statement statement{.sql = "SELECT id FROM " + quoted(resource.table) + " FORCE INDEX (PRIMARY) WHERE ",
                        .parameters = {}};
    add_in(statement, "id", ids);
    connection.query(statement.sql + " ORDER BY id FOR UPDATE", statement.parameters);
}

void delete_items(Connection& connection, const ListTable& list, std::uint64_t owner) {
    constexpr std::uint64_t most_at_once = 10'000;
    const std::string statement = "DELETE FROM " + quoted(list.table) + " WHERE " + quoted(list.owner) +
                                  " = ? LIMIT " + std::to_string(most_at_once);
    while (connection.execute(statement, {owner}) == most_at_once) {
    }
}

std::uint64_t delete_records(Connection& connection, std::span<WritePlan* const> plans) {
    Statement statement{.sql = "DELETE FROM " + quoted(plans.front()->resource().table) + " WHERE ",
                        .parameters = {}};
    add_in(statement, "id", numbers_of(plans));
    return connection.execute(statement.sql, statement.parameters);
}

}  // namespace helpdesk::db
