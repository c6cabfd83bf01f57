#include "writer.h"

#include <algorithm>
#include <map>
#include <set>

namespace helpdesk::db {
namespace {

bool is_list(const Value& value) {
    return value.variable->list != nullptr;
}

bool creates_row(const Value& value) {
    return !value.new_name.empty();
}

const Reference* reference_of(const Value& value) {
    return is_list(value) ? value.variable->list->reference : value.variable->reference;
}

std::string unknown_text(const Reference& reference, const std::string& text) {
    const std::string noun = "no " + std::string(reference.noun);
    switch (reference.by) {
        case Reference::By::id:
            return noun + " has the ID " + text;
        case Reference::By::name:
            return noun + " is named \"" + text + "\"";
        case Reference::By::id_or_name:
            break;
    }
    return noun + " has the name or ID \"" + text + "\"";
}

// The scalar subquery that gives the ID of the row a text names, or NULL.
std::string id_query(const Reference& reference, const std::optional<std::string>& text,
                     std::vector<Parameter>& parameters) {
    const std::string select = "(SELECT id FROM " + quoted(reference.table) + " WHERE ";
    std::vector<std::string> ways;
    if (text && !text->empty()) {
        const auto id = reference.by == Reference::By::name ? std::nullopt : parse_id(*text);
        if (id) {
            ways.push_back(select + "id = ?)");
            parameters.emplace_back(*id);
        }
        if (reference.by != Reference::By::id) {
            ways.push_back(select + "name = ?)");
            parameters.emplace_back(*text);
        }
    }
    if (reference.first_if_unknown)
        ways.push_back("(SELECT MIN(id) FROM " + quoted(reference.table) + ")");
    std::string query;
    for (const std::string& way : ways)
        query += (query.empty() ? "COALESCE(" : ", ") + way;
    return query + ")";
}

}  // namespace

Writer::Writer(const Write& write) : write_(write), resource_(write.action->resource) {}

void Writer::run(Connection& connection) {
    connection_ = &connection;
    problems_.clear();
    committing_ = false;
    collect_targets();
    const bool transaction = needs_transaction();
    if (transaction)
        connection_->begin();
    resolve();
    if (!problems_.empty()) {
        if (transaction)
            connection_->rollback();
        return;
    }
    create_rows();
    // Without a transaction the next statement commits by itself.
    committing_ = !transaction;
    if (removing())
        remove_record();
    else if (adding())
        insert_record();
    else if (!targets_.empty())
        update_record();
    if (transaction) {
        for (const Target& target : targets_)
            if (is_list(*target.value))
                replace_list(target);
        committing_ = true;
        connection_->commit();
    }
    if (resource_.known_by_id)
        answer_ = std::to_string(record_id_);
}

std::optional<Problem> Writer::explain(int error) const {
    if (error == 1062)  // ER_DUP_ENTRY
        return already_exists();
    if (removing() && (error == 1451 || error == 1217))  // ER_ROW_IS_REFERENCED_2, ER_ROW_IS_REFERENCED
        return Problem{code::in_use,
                       write_.id ? std::string(id_variable) : std::string(resource_.identifier().name),
                       "the " + std::string(resource_.noun) + " \"" + answer_ + "\" is still in use"};
    return std::nullopt;
}

Problem Writer::not_found() const {
    const std::string text = "there is no " + std::string(resource_.noun);
    if (write_.id)
        return {code::not_found, std::string(id_variable),
                text + " with the ID " + std::to_string(*write_.id)};
    return {code::not_found, std::string(resource_.identifier().name),
            text + " \"" + write_.identifier + "\""};
}

// An add whose identifier is taken, or an update that would give a record the identifier of another.
Problem Writer::already_exists() const {
    const Variable& identifier = resource_.identifier();
    const Value* renamed = supplied(identifier.name);
    const std::string& name = renamed != nullptr ? *renamed->text : write_.identifier;
    return {code::already_exists,
            std::string(renamed != nullptr ? rename_prefix : "") + std::string(identifier.name),
            "the " + std::string(resource_.noun) + " \"" + name + "\" already exists"};
}

void Writer::collect_targets() {
    targets_.clear();
    for (const Value& value : write_.values) {
        Target target{&value, {}, {}};
        const Reference* reference = reference_of(value);
        if (reference != nullptr && is_list(value))
            target.names.assign(value.items.begin(), value.items.end());
        else if (creates_row(value))
            target.names.emplace_back(value.new_name);
        else if (reference != nullptr && (value.text || reference->first_if_unknown))
            target.names.push_back(value.text);
        targets_.push_back(std::move(target));
    }
}

const Value* Writer::supplied(std::string_view name) const {
    const auto found = std::find_if(write_.values.begin(), write_.values.end(),
                                    [&](const Value& value) { return value.variable->name == name; });
    return found == write_.values.end() ? nullptr : &*found;
}

// Lists, new rows and a rule over stored values need more than one statement.
bool Writer::needs_transaction() const {
    return std::any_of(write_.values.begin(), write_.values.end(), [&](const Value& value) {
        if (is_list(value))
            return !adding() || !value.items.empty();
        return creates_row(value) || (!adding() && value.variable->kind == Kind::coordinate);
    });
}

// All that the database must say before anything is stored, in one statement.
void Writer::resolve() {
    const Variable& identifier = resource_.identifier();
    std::string sql = "SELECT record.id, record." + quoted(identifier.column);
    unsigned columns = 2;
    for (const Variable& variable : resource_.variables) {
        if (variable.kind != Kind::coordinate)
            continue;
        sql += ", record." + quoted(variable.column) + " IS NOT NULL";
        ++columns;
    }
    std::vector<Parameter> parameters;
    for (const Target& target : targets_)
        for (const auto& name : target.names)
            sql += ", " + id_query(*reference_of(*target.value), name, parameters);
    // A row comes back whether or not the record exists, so that all problems are known at once.
    sql += " FROM (SELECT 1) AS one LEFT JOIN " + quoted(resource_.table) + " AS record ON record." +
           (write_.id ? "id" : quoted(identifier.column)) + " = ?";
    if (write_.id)
        parameters.emplace_back(*write_.id);
    else
        parameters.emplace_back(write_.identifier);
    if (!adding() && needs_transaction())
        sql += " FOR UPDATE";

    const auto row = connection_->query(sql, parameters);
    row->next();
    for (Target& target : targets_)
        for (std::size_t i = 0; i < target.names.size(); ++i) {
            ++columns;
            target.ids.push_back(row->isNull(columns) ? std::nullopt
                                                      : std::optional(row->getUInt64(columns)));
        }

    const bool exists = !row->isNull(1);
    answer_ = write_.identifier;
    if (adding() && exists) {
        problems_.push_back(already_exists());
    } else if (!adding() && !exists) {
        problems_.push_back(not_found());
    } else if (exists) {
        record_id_ = row->getUInt64(1);
        answer_ = row->getString(2);
        check_pairs(*row, 3);
    }
    check_references();
}

void Writer::check_references() {
    for (const Target& target : targets_) {
        const Value& value = *target.value;
        const Reference* reference = reference_of(value);
        if (reference == nullptr || creates_row(value) || reference->first_if_unknown)
            continue;
        for (std::size_t i = 0; i < target.ids.size(); ++i)
            if (!target.ids[i])
                problems_.push_back({reference->unknown, std::string(value.variable->name),
                                     unknown_text(*reference, target.names[i].value_or(""))});
    }
}

// After an update both coordinates are stored, or neither.
void Writer::check_pairs(const sql::ResultSet& row, unsigned first_column) {
    std::map<std::string_view, bool> stored_after;
    bool any_supplied = false;
    for (const Variable& variable : resource_.variables) {
        if (variable.kind != Kind::coordinate)
            continue;
        const Value* value = supplied(variable.name);
        any_supplied = any_supplied || value != nullptr;
        stored_after[variable.name] =
            value != nullptr ? value->text.has_value() : row.getInt(first_column) != 0;
        ++first_column;
    }
    for (const auto& [name, stored] : stored_after) {
        const std::string_view companion = resource_.find(name)->companion;
        if (any_supplied && !stored && stored_after.at(companion))
            problems_.push_back({code::incomplete_coordinates, std::string(name),
                                 "is required beside " + std::string(companion)});
    }
}

// A row of that name may have appeared meanwhile: then it is used.
void Writer::create_rows() {
    for (Target& target : targets_) {
        const Value& value = *target.value;
        if (!creates_row(value) || target.ids.front())
            continue;
        connection_->execute("INSERT INTO " + quoted(reference_of(value)->table) +
                                 " (name) VALUES (?) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)",
                             {value.new_name});
        target.ids.front() = connection_->last_insert_id();
    }
}

Parameter Writer::parameter(const Target& target) const {
    if (reference_of(*target.value) != nullptr) {
        if (target.ids.empty() || !target.ids.front())
            return nullptr;
        return *target.ids.front();
    }
    if (!target.value->text)
        return nullptr;
    return *target.value->text;
}

void Writer::insert_record() {
    std::string columns = quoted(resource_.identifier().column);
    std::string marks = "?";
    std::vector<Parameter> parameters = {write_.identifier};
    for (const Target& target : targets_) {
        if (is_list(*target.value))
            continue;
        columns += ", " + quoted(target.value->variable->column);
        marks += ", ?";
        parameters.push_back(parameter(target));
    }
    connection_->execute(
        "INSERT INTO " + quoted(resource_.table) + " (" + columns + ") VALUES (" + marks + ")", parameters);
    if (needs_transaction() || resource_.known_by_id)
        record_id_ = connection_->last_insert_id();
}

void Writer::update_record() {
    // The time at which the row was free to be changed, not that at which waiting for it began: a walk by
    // last_updated must not have passed it.
    std::string sql = resource_.timestamps ? ", last_updated = SYSDATE(6)" : "";
    std::vector<Parameter> parameters;
    for (const Target& target : targets_) {
        if (is_list(*target.value))
            continue;
        sql += ", " + quoted(target.value->variable->column) + " = ?";
        parameters.push_back(parameter(target));
    }
    parameters.emplace_back(record_id_);
    connection_->execute("UPDATE " + quoted(resource_.table) + " SET " + sql.substr(2) + " WHERE id = ?",
                         parameters);
}

void Writer::remove_record() {
    if (connection_->execute("DELETE FROM " + quoted(resource_.table) + " WHERE id = ?", {record_id_}) == 0)
        problems_.push_back(not_found());
}

void Writer::replace_list(const Target& target) {
    const Value& value = *target.value;
    const ListTable& list = *value.variable->list;
    const bool dated = value.dates_variable != nullptr;
    const auto rows = list_rows(target);
    if (!adding())
        connection_->execute("DELETE FROM " + quoted(list.table) + " WHERE " + quoted(list.owner) + " = ?",
                             {record_id_});

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
    if (!adding() && dated && value.dates.empty()) {
        const auto row =
            connection_->query("SELECT " + quoted(list.column) + ", " + quoted(value.dates_variable->column) +
                                   " FROM " + quoted(list.table) + " WHERE " + quoted(list.owner) + " = ?",
                               {record_id_});
        while (row->next())
            kept[row->getUInt64(1)] = row->getString(2);
    }

    std::vector<std::vector<Parameter>> rows;
    std::set<std::uint64_t> seen;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        std::vector<Parameter> row = {record_id_, static_cast<std::uint64_t>(rows.size() + 1)};
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

helpdesk::WriteResult helpdesk::write(const DatabaseSettings& database, const Write& write) {
    db::Writer writer(write);
    WriteResult result;
    static_cast<Outcome&>(result) = db::attempt(database, writer);
    if (result.problems.empty()) {
        result.problems = writer.problems();
        result.answer = writer.answer();
    }
    return result;
}
