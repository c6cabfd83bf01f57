#include "db/writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "db/beside.h"
#include "db/parts.h"
#include "db/session/errors.h"
#include "db/statements/record_sql.h"
#include "db/statements/repeats.h"
#include "db/words.h"

namespace helpdesk::db {

void Writer::run(Connection& connection) {
    begin(connection);
    if (!needs_transaction() && store_alone())
        return;
    connection.begin();
    store_in_transaction();
    // What a repeat updated first was done before, too.
    if (!result_.problems.empty() || plan_.is_repeat() || write_.dry_run)
        return connection.rollback();
    committing_ = true;
    connection.commit();
}

void Writer::run_within(Connection& connection) {
    begin(connection);
    store_in_transaction();
}

// Forgets what an earlier attempt learned.
void Writer::begin(Connection& connection) {
    connection_ = &connection;
    committing_ = false;
    writing_beside_ = false;
    storing_parts_ = false;
    if (std::exchange(begun_, true))
        plan_ = WritePlan(write_);
}

// The add of an upsert may need one even if its update needs none.
bool Writer::needs_transaction() const {
    return plan_.needs_transaction() ||
           (write_.when_missing && WritePlan(*write_.when_missing).needs_transaction());
}

// Returns false, and stores nothing, if the answer of the database is that other records are updated first.
bool Writer::store_alone() {
    ask();
    if (plan_.problems.empty() && plan_.updates_first())
        return false;
    // The statement commits by itself.
    committing_ = true;
    if (plan_.problems.empty())
        store();
    result_ = plan_.result();
    return true;
}

// Returns whether any was updated.
bool Writer::update_first() {
    writing_beside_ = true;
    for (const auto& other : plan_.rules().updated_first) {
        Writer writer(other->write);
        writer.run_within(*connection_);
        const Problems& found = writer.result().problems;
        plan_.problems.insert(plan_.problems.end(), found.begin(), found.end());
    }
    writing_beside_ = false;
    return plan_.updates_first();
}

void Writer::store_in_transaction() {
    if (write_.repeatable) {
        if (auto answer = find_answer(*connection_, *write_.repeatable)) {
            result_ = std::move(*answer);
            return;
        }
    }
    lock_both();
    ask();
    if (plan_.problems.empty() && update_first() && plan_.problems.empty())
        ask();
    if (plan_.problems.empty()) {
        create_rows();
        store();
    }
    if (plan_.problems.empty() && !plan_.is_repeat())
        for (const Target& target : plan_.targets())
            if (target.is_list())
                replace_list(target);
    if (plan_.problems.empty() && !plan_.is_repeat())
        plan_.fields().store(*connection_, plan_.record_id);
    if (plan_.problems.empty() && !plan_.is_repeat() && plan_.writes_beside())
        write_beside();
    if (plan_.problems.empty() && write_.parts)
        store_parts();
    result_ = plan_.result();
    if (write_.repeatable && result_.problems.empty())
        keep_answer(*connection_, *write_.repeatable, result_,
                    {plan_.resource().table, plan_.answered_number()});
}

// Locks a record and the one into which it goes. One that gets another name before it is locked is not found
// by the question.
void Writer::lock_both() {
    const Value* into = plan_.into();
    if (into == nullptr || !into->text)
        return;
    std::vector<std::uint64_t> both;
    if (write_.id) {
        both = {*write_.id, parse_id(*into->text).value_or(0)};
    } else {
        const auto row = connection_->query("SELECT id FROM " + quoted(plan_.resource().table) + " WHERE " +
                                                quoted(plan_.resource().name()->column) + " IN (?, ?)",
                                            {write_.identifier, *into->text});
        while (row->next())
            both.push_back(row->number(1));
    }
    if (!both.empty())
        lock_in_order(*connection_, plan_.resource(), both);
}

// Asks the question. Whatever is wrong becomes a problem of the plan. If an upsert finds no record, the plan
// becomes that of its add.
void Writer::ask() {
    if (!plan_.needs_question())
        return;
    ask_question();
    if (plan_.adding() || plan_.record_id != 0 || !write_.when_missing || !write_.if_match.empty())
        return;
    plan_ = WritePlan(*write_.when_missing);
    ask_question();
}

void Writer::ask_question() {
    const Statement question = plan_.question(0);
    const auto row = connection_->query(question.sql, question.parameters);
    row->next();
    plan_.apply_answer(*row);
}

std::optional<Problem> Writer::explain(int error) const {
    if (storing_parts_)
        return explain_parts(write_, error, connection_->largest_packet());
    if (error == 1062 && !writing_beside_)  // ER_DUP_ENTRY
        return plan_.already_exists();
    if (plan_.removing() && (error == 1451 || error == 1217))  // ER_ROW_IS_REFERENCED_2, ER_ROW_IS_REFERENCED
        return plan_.in_use();
    if (error == packet_too_large)
        return plan_.too_large(connection_->largest_packet());
    return std::nullopt;
}

// Adds the rows to which references refer. If a row of that name was added in the meantime, it is used.
void Writer::create_rows() {
    for (Target& target : plan_.targets()) {
        if (!target.adds_row || target.ids.front())
            continue;
        connection_->execute("INSERT INTO " + quoted(target.reference()->to().table) + " (" +
                                 quoted(name_column(*target.reference())) +
                                 ") VALUES (?) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)",
                             {*target.value->text});
        target.ids.front() = last_insert_id(*connection_);
    }
}

void Writer::write_beside() {
    writing_beside_ = true;
    WritePlan* const plan[] = {&plan_};
    db::write_beside(*connection_, plan);
}

void Writer::store_parts() {
    storing_parts_ = true;
    db::store_parts(*connection_, plan_);
    storing_parts_ = false;
}

void Writer::store() {
    WritePlan* const plan[] = {&plan_};
    if (plan_.is_repeat())
        return;
    if (plan_.write().action->verb.restores) {
        if (mark_deleted(*connection_, plan_, false) == 0)
            plan_.problems.push_back(plan_.not_found());
    } else if (plan_.removing()) {
        remove_record();
    } else if (plan_.adding()) {
        insert_records(*connection_, plan);
    } else if (!plan_.targets().empty() && update_records(*connection_, plan) == 0) {
        plan_.problems.push_back(plan_.missed());
    }
}

void Writer::remove_record() {
    WritePlan* const plan[] = {&plan_};
    const WordIndex* index = plan_.resource().word_index;
    const bool is_kept = !plan_.resource().deleted.empty() && !plan_.write().action->verb.of_deleted;
    if (index != nullptr && !is_kept)
        drop_words(*connection_, *index, plan_.record_id);
    if (write_.forced)
        delete_items(*connection_, *plan_.resource().forced, plan_.record_id);
    if ((is_kept ? mark_deleted(*connection_, plan_, true) : delete_records(*connection_, plan)) == 0)
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

// Returns the list's rows as parameters: owner, position, item and, in a dated list, the date. That is the
// supplied one, otherwise the one that the row had before, otherwise NULL for today.
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
