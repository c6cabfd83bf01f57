#include "db/writer.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "db/session/errors.h"
#include "db/statements/record_sql.h"
#include "db/statements/repeats.h"
#include "db/statements/walk.h"

namespace helpdesk::db {
namespace {

// The time of the change. A walk by last_updated must not have passed it when the record's entry appears in
// the index, so the clock is read as late as possible: SYSDATE() is the time of its own evaluation, while
// NOW() and the column's default are the time at which the statement began. Servers evaluate the assignments
// of an UPDATE, and the values of a row, in the order in which they are written. This one comes last, when
// the record and all rows that it refers to are locked. An add that waits for another with its identifier has
// written its entry by then, because the index of times comes first.
constexpr std::string_view time_of_change = "SYSDATE()";

bool has_walk(const Resource& resource) {
    return std::any_of(resource.selectors.begin(), resource.selectors.end(),
                       [](const Selector& selector) { return selector.finder->is_walk(); });
}

// The AUTO_INCREMENT value of the last INSERT.
std::uint64_t last_insert_id(Connection& connection) {
    const auto row = connection.query("SELECT LAST_INSERT_ID()", {});
    row->next();
    return row->number(1);
}

// Gives the records that the last INSERT added their numbers. A server that knows the number of rows takes as
// many numbers at once, in the rows' order.
void take_numbers(Connection& connection, std::span<WritePlan* const> plans) {
    if (plans.size() == 1) {
        plans.front()->record_id = last_insert_id(connection);
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

// Sets the time of records that were just stored to now. Their entries are in the index, and other writers
// have no reason to lock them for long.
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
        std::vector<std::uint64_t> ids;
        for (const WritePlan* plan : plans)
            ids.push_back(plan->record_id);
        add_in(statement, "id", ids);
    }
    try {
        connection.execute(statement.sql, statement.parameters);
    } catch (const sql::SQLException& error) {
        // The records are stored, unless the transaction goes on: that must not be done again.
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
            take_numbers(connection, plans);
        constexpr int most_tries = 3;
        for (int tries = 0; tries < most_tries; ++tries) {
            if (found == 0 || !has_walk(plans.front()->resource()) || took <= walk_margin)
                break;
            begin = Clock::now();
            renew_time(connection, plans);
            took = Clock::now() - begin;
        }
    } catch (const sql::SQLException& error) {
        // That this statement did not leave says nothing of the one before it, which may have committed.
        if (error.getErrorCode() != gone_before_sending || plans.front()->needs_transaction())
            throw;
        throw sql::SQLException(error.what(), error.getSQLState(), lost_after_sending);
    }
    return found;
}

}  // namespace

bool needs_numbers(const WritePlan& plan) {
    return plan.adding() && (plan.needs_transaction() || plan.resource().key.answered);
}

// In a Galera cluster every statement takes over the step between numbers from the number of members, so the
// step that is read after an INSERT may not be the one that it went by. MySQL has no such variable.
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
    for (const Target& target : plans.front()->targets())
        if (!target.is_list())
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
        for (const Target& target : plan->targets())
            if (!target.is_list())
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
        if (targets[i].is_list())
            continue;
        sql += ", " + quoted(targets[i].value->variable->column) + " = ";
        if (plans.size() == 1) {
            sql += targets[i].stored(parameters);
            continue;
        }
        sql += "CASE id";
        for (const WritePlan* plan : plans) {
            parameters.emplace_back(plan->record_id);
            sql += " WHEN ? THEN " + plan->targets()[i].stored(parameters);
        }
        sql += " END";
    }
    if (resource.timestamps)
        sql.append(", last_updated = ").append(time_of_change);
    std::string marks;
    for (const WritePlan* plan : plans) {
        marks += marks.empty() ? "?" : ", ?";
        parameters.emplace_back(plan->record_id);
    }
    marks += ")";
    if (plans.front()->write().action->verb.locates)
        marks += " AND " + as_read(plans.front()->write(), parameters);
    return store_in_time(
        connection, plans,
        {"UPDATE " + quoted(resource.table) + " SET " + sql.substr(2) + " WHERE id IN (" + marks,
         std::move(parameters)});
}

std::uint64_t delete_records(Connection& connection, std::span<WritePlan* const> plans) {
    std::vector<std::uint64_t> ids;
    for (const WritePlan* plan : plans)
        ids.push_back(plan->record_id);
    Statement statement{.sql = "DELETE FROM " + quoted(plans.front()->resource().table) + " WHERE ",
                        .parameters = {}};
    add_in(statement, "id", ids);
    return connection.execute(statement.sql, statement.parameters);
}

void Writer::run(Connection& connection) {
    connection_ = &connection;
    committing_ = false;
    plan_ = WritePlan(write_);
    if (!plan_.needs_transaction())
        return store_alone();
    connection.begin();
    store_in_transaction();
    if (!result_.problems.empty())
        return connection.rollback();
    committing_ = true;
    connection.commit();
}

void Writer::store_alone() {
    ask();
    // The statement commits by itself.
    committing_ = true;
    if (plan_.problems.empty())
        store();
    result_ = plan_.result();
}

void Writer::store_in_transaction() {
    if (write_.repeatable) {
        if (auto answer = find_answer(*connection_, *write_.repeatable)) {
            result_ = std::move(*answer);
            return;
        }
    }
    ask();
    if (plan_.problems.empty()) {
        create_rows();
        store();
    }
    if (plan_.problems.empty())
        for (const Target& target : plan_.targets())
            if (target.is_list())
                replace_list(target);
    result_ = plan_.result();
    if (write_.repeatable && result_.problems.empty())
        keep_answer(*connection_, *write_.repeatable, result_);
}

// What is wrong becomes a problem of the plan, which becomes that of the add where an upsert finds nothing.
void Writer::ask() {
    if (!plan_.needs_question())
        return;
    take_answer();
    if (plan_.adding() || plan_.record_id != 0 || !write_.when_missing || !write_.if_match.empty())
        return;
    plan_ = WritePlan(*write_.when_missing);
    take_answer();
}

void Writer::take_answer() {
    const Statement question = plan_.question(0);
    const auto row = connection_->query(question.sql, question.parameters);
    row->next();
    plan_.take_answer(*row);
}

std::optional<Problem> Writer::explain(int error) const {
    if (error == 1062)  // ER_DUP_ENTRY
        return plan_.already_exists();
    if (plan_.removing() && (error == 1451 || error == 1217))  // ER_ROW_IS_REFERENCED_2, ER_ROW_IS_REFERENCED
        return plan_.in_use();
    if (error == packet_too_large)
        return plan_.too_large(connection_->largest_packet());
    return std::nullopt;
}

// A row of that name may have appeared meanwhile: then it is used.
void Writer::create_rows() {
    for (Target& target : plan_.targets()) {
        if (!target.creates_row() || target.ids.front())
            continue;
        connection_->execute("INSERT INTO " + quoted(target.reference()->table) +
                                 " (name) VALUES (?) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)",
                             {target.value->new_name});
        target.ids.front() = last_insert_id(*connection_);
    }
}

void Writer::store() {
    WritePlan* const plan[] = {&plan_};
    if (plan_.removing()) {
        remove_record();
    } else if (plan_.adding()) {
        insert_records(*connection_, plan);
    } else if (!plan_.targets().empty() && update_records(*connection_, plan) == 0) {
        plan_.problems.push_back(plan_.missed());
    }
}

void Writer::remove_record() {
    WritePlan* const plan[] = {&plan_};
    if (delete_records(*connection_, plan) == 0)
        plan_.problems.push_back(plan_.not_found());
}

void Writer::replace_list(const Target& target) {
    const Value& value = *target.value;
    const ListTable& list = *value.variable->list;
    const bool dated = value.dates_variable != nullptr;
    const auto rows = list_rows(target);
    if (!plan_.adding())
        connection_->execute("DELETE FROM " + quoted(list.table) + " WHERE " + quoted(list.owner) + " = ?",
                             {plan_.record_id});

    const std::string head = "INSERT INTO " + quoted(list.table) + " (" + quoted(list.owner) +
                             ", position, " + quoted(list.column) +
                             (dated ? ", " + quoted(value.dates_variable->column) : "") + ") VALUES ";
    const std::string marks = dated ? "(?, ?, ?, COALESCE(?, UTC_DATE()))" : "(?, ?, ?)";
    // A power of two rows at once, so that few prepared statements serve all lengths.
    constexpr std::size_t most_rows = 32;
    for (std::size_t done = 0; done < rows.size();) {
        std::size_t count = most_rows;
        while (count > rows.size() - done)
            count /= 2;
        std::string sql = head;
        std::vector<Parameter> parameters;
        for (std::size_t i = 0; i < count; ++i) {
            sql += (i == 0 ? "" : ", ") + marks;
            parameters.insert(parameters.end(), rows[done + i].begin(), rows[done + i].end());
        }
        connection_->execute(sql, parameters);
        done += count;
    }
}

// The list's rows as parameters: owner, position, item and, in a dated list, the date: the supplied one, or
// that which the row had before, or NULL for today.
std::vector<std::vector<Parameter>> Writer::list_rows(const Target& target) {
    const Value& value = *target.value;
    const ListTable& list = *value.variable->list;
    const bool dated = value.dates_variable != nullptr;

    std::map<std::uint64_t, std::string> kept;
    if (!plan_.adding() && dated && value.dates.empty()) {
        const auto row =
            connection_->query("SELECT " + quoted(list.column) + ", " + quoted(value.dates_variable->column) +
                                   " FROM " + quoted(list.table) + " WHERE " + quoted(list.owner) + " = ?",
                               {plan_.record_id});
        while (row->next())
            kept[row->number(1)] = row->text(2);
    }

    std::vector<std::vector<Parameter>> rows;
    std::set<std::uint64_t> seen;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        std::vector<Parameter> row = {plan_.record_id, static_cast<std::uint64_t>(rows.size() + 1)};
        if (list.reference == nullptr) {
            row.emplace_back(value.items[i]);
        } else {
            // Two spellings of one name are one entry.
            const std::uint64_t id = target.ids[i].value();
            if (!seen.insert(id).second)
                continue;
            row.emplace_back(id);
            const auto stays = kept.find(id);
            if (dated && !value.dates.empty())
                row.emplace_back(value.dates[i]);
            else if (dated && stays != kept.end())
                row.emplace_back(stays->second);
            else if (dated)
                row.emplace_back(nullptr);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace helpdesk::db
