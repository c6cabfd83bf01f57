#include "reader.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "../text.h"
#include "errors.h"
#include "record_sql.h"
#include "walk.h"

namespace helpdesk::db {
namespace {

// Records held at once. Notes have no limit: few enough that a page of them stays small.
constexpr std::size_t chunk_size = 64;

// No text that begins with the value sorts after the value followed, up to the length of the column, by the
// replacement character U+FFFD: in the Unicode collation's table it has the highest weight of all.
std::string last_with_prefix(const std::string& prefix, std::size_t length) {
    std::string last = prefix;
    for (std::size_t i = text::length(prefix); i < length; ++i)
        last += "\xEF\xBF\xBD";
    return last;
}

}  // namespace

Reader::Reader(const Selection& selection, RecordSink& sink)
    : selection_(selection), resource_(selection.action->resource), sink_(sink) {}

void Reader::run(Connection& connection) {
    connection_ = &connection;
    more_ = false;
    pause_ = {};
    sink_.start();
    if (selection_.count_only) {
        Statement statement{.sql = "SELECT COUNT(*)", .parameters = {}};
        add_source(statement, "");
        add_conditions(statement, {});
        const auto row = connection_->query(statement.sql, statement.parameters);
        row->next();
        count_ = row->getUInt64(1);
        return;
    }
    if (fits_one_statement())
        return read_at_once();
    std::vector<Found> found = selection_.find(SelectorKind::changed_since) != nullptr ? walk() : find({});
    more_ = found.size() > selection_.limit;
    if (more_)
        found.resize(selection_.limit);
    for (std::size_t done = 0; done < found.size(); done += chunk_size)
        read_records(&found[done], std::min(chunk_size, found.size() - done));
}

std::optional<Problem> Reader::explain(int error) const {
    if (error != packet_too_large || selection_.conditions.empty())
        return std::nullopt;
    const auto size = [](const Condition& condition) {
        return std::accumulate(condition.values.begin(), condition.values.end(), std::size_t{0},
                               [](std::size_t sum, const std::string& value) { return sum + value.size(); });
    };
    const auto longest = std::max_element(
        selection_.conditions.begin(), selection_.conditions.end(),
        [&](const Condition& one, const Condition& other) { return size(one) < size(other); });
    return Problem{code::payload_too_large, std::string(longest->selector->name),
                   "is larger than the database server takes, " +
                       std::to_string(connection_->largest_packet()) + " bytes in all"};
}

// Whether the conditions alone, without sorting, give a few records.
bool Reader::fits_one_statement() const {
    return limit() <= chunk_size && selection_.order == nullptr && selection_.offset == 0 &&
           selection_.find(SelectorKind::any_of) == nullptr &&
           selection_.find(SelectorKind::changed_since) == nullptr;
}

// How many records there can be at most.
std::size_t Reader::limit() const {
    std::size_t limit = selection_.limit;
    for (const Condition& condition : selection_.conditions)
        if (condition.selector->kind == SelectorKind::id || condition.selector->kind == SelectorKind::name)
            limit = std::min(limit, condition.values.size());
    return limit;
}

void Reader::read_at_once() {
    Statement statement{.sql = "SELECT " + record_sql(resource_).expressions, .parameters = {}};
    add_source(statement, record_sql(resource_).joins);
    add_conditions(statement, {});
    statement.sql += order() + " LIMIT ?";
    statement.parameters.emplace_back(static_cast<std::uint64_t>(selection_.limit + 1));
    const auto row = connection_->query(statement.sql, statement.parameters);
    for (std::size_t taken = 0; row->next(); ++taken) {
        if (taken < selection_.limit)
            sink_.record(record_of(*row, 1, resource_));
        else
            more_ = true;
    }
}

// A walk goes by the second, as answers show it, and then by ID, so that second and ID of a page's last
// record say where the next one begins. It passes nothing: it reads with locks, so that it waits for the
// writers whose rows it meets, and gives no record of a second in which somebody may still write.
//
// If the first read comes to such a second, the caller pauses until that second is over and reads again. The
// second read asks the clock again: the timer may have been early, or the server another one.
std::vector<Reader::Found> Reader::walk() {
    const std::string second = "'%Y-%m-%d %H:%i:%s'";
    const auto clock = connection_->query(
        "SELECT DATE_FORMAT(NOW(6) - INTERVAL " + std::to_string(walk_margin.count()) + " MICROSECOND, " +
            second + "), DATE_FORMAT(NOW(6) + INTERVAL 1 SECOND, " + second + "), MICROSECOND(NOW(6))",
        {});
    clock->next();
    // The first second in which somebody may still write, and the one that begins next.
    const std::string open = clock->getString(1);
    const std::string next = clock->getString(2);
    const std::chrono::microseconds elapsed(clock->getInt64(3));

    Statement condition = walk_start();
    if (selection_.read_until.empty()) {
        std::vector<Found> found = find(condition);
        if (found.empty() || found.back().changed < open)
            return found;
        read_until_ = next;
    } else {
        // Not past the next second, if the clock was set back.
        read_until_ = std::min(selection_.read_until, next);
        if (read_until_ <= open) {
            condition.sql += " AND record." +
                             quoted(selection_.find(SelectorKind::changed_since)->selector->column) + " < ?";
            condition.parameters.emplace_back(read_until_);
            return find(condition);
        }
    }
    // It is the next second, or this one, whose margin is not over.
    const std::chrono::microseconds left = read_until_ == next ? std::chrono::seconds(1) - elapsed : -elapsed;
    pause_ = left + walk_margin;
    return {};
}

Statement Reader::walk_start() const {
    const Condition& since = *selection_.find(SelectorKind::changed_since);
    const std::string column = "record." + quoted(since.selector->column);
    const std::string& time = since.values.front();
    if (const Condition* after = selection_.find(SelectorKind::after_id))
        return {.sql = column + " >= ? AND (" + column + " > ? OR record.id > ?)",
                .parameters = {time, time, static_cast<std::uint64_t>(std::stoull(after->values.front()))}};
    return {.sql = column + " >= ?", .parameters = {time}};
}

std::vector<Reader::Found> Reader::find(const Statement& walk_condition) {
    const bool walking = !walk_condition.sql.empty();
    Statement statement{.sql = "SELECT record.id", .parameters = {}};
    if (walking)
        statement.sql +=
            ", " +
            as_text("record." + quoted(selection_.find(SelectorKind::changed_since)->selector->column));
    std::vector<Output> ordered_by;
    if (selection_.order != nullptr)
        ordered_by.push_back(*selection_.order);
    add_source(statement, reference_joins(ordered_by));
    add_conditions(statement, walk_condition);
    statement.sql += order() + " LIMIT ? OFFSET ?";
    statement.parameters.emplace_back(static_cast<std::uint64_t>(selection_.limit + 1));
    statement.parameters.emplace_back(static_cast<std::uint64_t>(selection_.offset));
    if (walking)
        statement.sql += " LOCK IN SHARE MODE";
    const auto row = connection_->query(statement.sql, statement.parameters);
    std::vector<Found> found;
    while (row->next())
        found.push_back({row->getUInt64(1), walking ? std::string(row->getString(2)) : ""});
    return found;
}

// A writer that changes a record again within its second moves nothing in the index of the walk: only the
// record itself tells of it. Once the lock is had, what follows reads what that writer left.
void Reader::wait_for_writers(const std::vector<std::uint64_t>& ids) {
    Statement statement{.sql = "SELECT id FROM " + quoted(resource_.table) + " FORCE INDEX (PRIMARY) WHERE ",
                        .parameters = {}};
    add_in(statement, "id", ids);
    connection_->query(statement.sql + " LOCK IN SHARE MODE", statement.parameters);
}

void Reader::read_records(const Found* first, std::size_t count) {
    std::vector<std::uint64_t> ids;
    std::unordered_map<std::uint64_t, std::vector<std::string>> records;
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back(first[i].id);
    if (selection_.find(SelectorKind::changed_since) != nullptr)
        wait_for_writers(ids);
    Statement statement{.sql = "SELECT record.id, " + record_sql(resource_).expressions, .parameters = {}};
    statement.sql +=
        " FROM " + quoted(resource_.table) + " AS record" + record_sql(resource_).joins + " WHERE ";
    add_in(statement, "record.id", ids);
    const auto row = connection_->query(statement.sql, statement.parameters);
    while (row->next())
        records[row->getUInt64(1)] = record_of(*row, 2, resource_);
    // The time of the last change.
    const std::size_t changed = resource_.outputs.size() - 1;
    for (std::size_t i = 0; i < count; ++i) {
        const auto found = records.find(first[i].id);
        // Deleted meanwhile; or changed, so that it stands further on in the walk.
        if (found == records.end() ||
            (!first[i].changed.empty() && found->second[changed] != first[i].changed))
            continue;
        sink_.record(found->second);
    }
}

void Reader::add_source(Statement& statement, const std::string& joins) const {
    statement.sql += " FROM ";
    // Whoever has the value in either place, once. Begins the join, since it narrows the list most.
    std::string record = quoted(resource_.table) + " AS record";
    int index = 0;
    for (const Condition& condition : selection_.conditions) {
        const Selector& selector = *condition.selector;
        if (selector.kind != SelectorKind::any_of)
            continue;
        const std::string found = "found" + std::to_string(++index);
        statement.sql += "(SELECT id FROM " + quoted(resource_.table) + " WHERE " + quoted(selector.column) +
                         " = ? UNION SELECT " + quoted(selector.list->owner) + " FROM " +
                         quoted(selector.list->table) + " WHERE " + quoted(selector.list->column) +
                         " = ?) AS " + found + " JOIN ";
        record += (index == 1 ? " ON " : " AND ") + ("record.id = " + found + ".id");
        statement.parameters.emplace_back(condition.values.front());
        statement.parameters.emplace_back(condition.values.front());
    }
    statement.sql += record + joins;
}

void Reader::add_conditions(Statement& statement, const Statement& walk_condition) const {
    std::string separator = " WHERE ";
    const auto add = [&](const Selector& selector, const std::string& comparison, Parameter value) {
        statement.sql += separator + "record." + quoted(selector.column) + comparison;
        statement.parameters.push_back(std::move(value));
        separator = " AND ";
    };
    for (const Condition& condition : selection_.conditions) {
        const Selector& selector = *condition.selector;
        const std::string& value = condition.values.front();
        switch (selector.kind) {
            case SelectorKind::id:
                statement.sql += separator + "record.id = ?";
                statement.parameters.emplace_back(static_cast<std::uint64_t>(std::stoull(value)));
                separator = " AND ";
                break;
            case SelectorKind::name:
                statement.sql += separator;
                add_in(statement, "record." + quoted(selector.column), condition.values);
                separator = " AND ";
                break;
            case SelectorKind::prefix_from:
            case SelectorKind::date_from:
                add(selector, " >= ?", value);
                break;
            case SelectorKind::prefix_to:
                add(selector, " <= ?", last_with_prefix(value, resource_.identifier().limit));
                break;
            case SelectorKind::date_to:
                add(selector, " < ?", value);
                break;
            case SelectorKind::after:
                add(selector, " > ?", value);
                break;
            case SelectorKind::located:
                add(selector, " = ?", static_cast<std::uint64_t>(std::stoull(value)));
                break;
            case SelectorKind::changed_since:
                if (walk_condition.sql.empty())
                    add(selector, " >= ?", value);
                break;
            case SelectorKind::any_of:
            case SelectorKind::after_id:
                break;
        }
    }
    if (!walk_condition.sql.empty()) {
        statement.sql += separator + walk_condition.sql;
        statement.parameters.insert(statement.parameters.end(), walk_condition.parameters.begin(),
                                    walk_condition.parameters.end());
    }
}

// As the client asked, or along the index that serves the conditions; the ID decides between equals.
std::string Reader::order() const {
    const std::string direction = selection_.descending ? " DESC" : "";
    std::string first;
    if (selection_.order != nullptr) {
        first = expression(*selection_.order);
        // As it reads: the server sorts a choice by its place in the column's declaration.
        if (selection_.order->variable != nullptr && selection_.order->variable->kind == Kind::choice)
            first = as_text(first);
    } else {
        static constexpr SelectorKind ordering[] = {SelectorKind::changed_since, SelectorKind::after,
                                                    SelectorKind::prefix_from,   SelectorKind::prefix_to,
                                                    SelectorKind::date_from,     SelectorKind::date_to,
                                                    SelectorKind::name};
        for (const SelectorKind kind : ordering) {
            const Condition* condition = selection_.find(kind);
            if (condition != nullptr && first.empty())
                first = "record." + quoted(condition->selector->column);
        }
    }
    const bool by_identifier = first == "record." + quoted(resource_.identifier().column);
    const std::string id = "record.`id`";
    if (first.empty() || first == id)
        return " ORDER BY " + id + direction;
    // The identifier is unique: its index alone gives the order.
    return " ORDER BY " + first + direction + (by_identifier ? "" : ", " + id + direction);
}

namespace {

class CredentialsReader : public Operation {
  public:
    CredentialsReader(const SignInCheck& check, Credentials& result) : check_(check), result_(result) {}

    void run(Connection& connection) override {
        const Resource& resource = check_.action->resource;
        const SignIn& sign_in = *resource.sign_in;
        std::vector<Output> outputs;
        for (const std::string_view name : sign_in.outputs)
            outputs.push_back(*resource.find_output(name));
        const auto password = std::find_if(resource.variables.begin(), resource.variables.end(),
                                           [](const Variable& v) { return v.kind == Kind::password; });
        const auto row =
            connection.query("SELECT record." + quoted(password->column) + ", " +
                                 expression(*resource.find_output(sign_in.allowed_by)) + ", record." +
                                 quoted(resource.identifier().column) + ", " + expressions(outputs) +
                                 " FROM " + quoted(resource.table) + " AS record" + reference_joins(outputs) +
                                 " WHERE record." + quoted(resource.identifier().column) + " = ?",
                             {check_.identifier});
        result_.outputs.assign(outputs.size(), "");
        if (!row->next())
            return;
        result_.password_hash = row->getString(1);
        result_.allowed = row->getString(2) == "Y";
        result_.identifier = text_of(*row, 3, std::string(resource.identifier().name));
        result_.outputs = values_of(*row, 4, outputs);
    }

  private:
    const SignInCheck& check_;
    Credentials& result_;
};

class PlaceReader : public Operation {
  public:
    PlaceReader(const Write& write, StoredPlace& result) : write_(write), result_(result) {}

    void run(Connection& connection) override {
        const Resource& resource = write_.action->resource;
        std::vector<Output> outputs;
        for (const Variable& variable : resource.variables)
            if (!variable.place.empty())
                outputs.push_back(*resource.find_output(variable.name));
        const std::string key = quoted(write_.id ? id_variable : resource.identifier().column);
        const auto row =
            connection.query("SELECT " + expressions(outputs) + " FROM " + quoted(resource.table) +
                                 " AS record WHERE record." + key + " = ?",
                             {write_.id ? Parameter(*write_.id) : Parameter(write_.identifier)});
        result_.exists = row->next();
        if (result_.exists)
            result_.values = values_of(*row, 1, outputs);
    }

  private:
    const Write& write_;
    StoredPlace& result_;
};

}  // namespace
}  // namespace helpdesk::db

helpdesk::StoredPlace helpdesk::read_place(const DatabaseSettings& database, const Write& write) {
    StoredPlace result;
    db::PlaceReader reader(write, result);
    static_cast<Outcome&>(result) = db::attempt(database, reader);
    return result;
}

helpdesk::ReadResult helpdesk::read(const DatabaseSettings& database, const Selection& selection,
                                    RecordSink& sink) {
    db::Reader reader(selection, sink);
    ReadResult result;
    static_cast<Outcome&>(result) = db::attempt(database, reader);
    result.more = reader.more();
    result.count = reader.count();
    result.pause = reader.pause();
    result.read_until = reader.read_until();
    return result;
}

helpdesk::Credentials helpdesk::read_credentials(const DatabaseSettings& database, const SignInCheck& check) {
    Credentials result;
    db::CredentialsReader reader(check, result);
    static_cast<Outcome&>(result) = db::attempt(database, reader);
    return result;
}
