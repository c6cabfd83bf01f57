#include "db/reader.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "db/field_conditions.h"
#include "db/group.h"
#include "db/session/errors.h"
#include "db/statements/selection_sql.h"
#include "db/statements/walk.h"
#include "text.h"

namespace helpdesk::db {
namespace {

// The most records that are held at once.
constexpr std::size_t most_in_chunk = 64;

}  // namespace

Problem too_large(const Selection& selection, std::uint64_t most) {
    const auto size = [](const Condition& condition) {
        return std::accumulate(condition.values.begin(), condition.values.end(), std::size_t{0},
                               [](std::size_t sum, const std::string& value) { return sum + value.size(); });
    };
    const auto longest = std::max_element(
        selection.conditions.begin(), selection.conditions.end(),
        [&](const Condition& one, const Condition& other) { return size(one) < size(other); });
    return {code::payload_too_large, std::string(longest->selector->name),
            "is larger than the database server accepts, " + std::to_string(most) + " bytes in all"};
}

Reader::Reader(const Reading& reading)
    : selection_(reading.selection),
      resource_(selection_.action->resource),
      position_(reading.position),
      sink_(reading.sink) {}

void Reader::run(Connection& connection) {
    connection_ = &connection;
    pause_ = {};
    if (!position_.found && !ask_about_fields())
        return;
    if (!position_.found)
        choose_leading_word();
    if (selection_.count_only) {
        count_ = count_records();
        position_.found = true;
    }
    if (!position_.found) {
        position_ = {};
        if (fits_one_statement())
            read_at_once();
        else if (selection_.walk() == nullptr)
            find({});
        else
            walk();
        if (pause_.count() != 0)
            return;
        position_.rest.end();
        position_.found = true;
    }
    while (!position_.done() && !is_full() && problems_.empty())
        read_on();
}

const RecordSql& Reader::sql() const {
    return record_sql(resource_, selection_.is_brief());
}

// Returns false if the conditions on fields cannot be.
bool Reader::ask_about_fields() {
    problems_.clear();
    field_texts_ = ask_for_fields(*connection_, selection_, problems_);
    return problems_.empty();
}

void Reader::choose_leading_word() {
    const auto statement = count_rows(selection_);
    if (!statement)
        return;
    const auto row = connection_->query(statement->sql, statement->parameters);
    row->next();
    leading_ = leading_word(selection_, *row);
}

std::uint64_t Reader::count_records() {
    Statement statement{.sql = "SELECT COUNT(*)", .parameters = {}};
    add_selection(statement, selection_, "", {}, leading_, field_texts_);
    const auto row = connection_->query(statement.sql, statement.parameters);
    row->next();
    return row->number(1);
}

std::optional<Problem> Reader::explain(int error) const {
    if (error != packet_too_large || selection_.conditions.empty())
        return std::nullopt;
    return too_large(selection_, connection_->largest_packet());
}

// Returns whether the conditions alone, without sorting, give a few records.
bool Reader::fits_one_statement() const {
    return limit() <= most_in_chunk && selection_.order == nullptr && selection_.offset == 0 &&
           is_in_order(selection_) && selection_.walk() == nullptr;
}

// Returns how many records there can be at most.
std::size_t Reader::limit() const {
    std::size_t limit = selection_.limit;
    for (const Condition& condition : selection_.conditions)
        if (condition.selector->finder->unique)
            limit = std::min(limit, condition.values.size());
    return limit;
}

// Reads the records with one statement. Those that do not fit the page, or have values that do not, are read
// again. The connector has the whole result before the first record is given, so an attempt that fails gives
// none.
//
// It finds them in a table of its own. If one of the joined tables has a few rows only, MySQL would otherwise
// join all records with it, and then sort them. Parts of other records are found beside what they refer to:
// if it reads their numbers alone, MySQL begins a range of dates at the first date of all.
void Reader::read_at_once() {
    Statement statement{.sql = "SELECT " + sql().in_group, .parameters = {}};
    const std::string order = order_of(selection_);
    if (resource_.part_of.empty()) {
        statement.sql += " FROM (SELECT record.id";
        add_selection(statement, selection_, "", {});
        statement.sql += order + " LIMIT ?) AS page JOIN " + quoted(resource_.table) +
                         " AS record ON record.id = page.id" + sql().joins + order;
    } else {
        add_selection(statement, selection_, sql().joins, {});
        statement.sql += order + " LIMIT ?";
    }
    statement.parameters.emplace_back(static_cast<std::uint64_t>(selection_.limit + 1));
    const auto row = connection_->query(statement.sql, statement.parameters);
    for (std::size_t taken = 0; row->next(); ++taken) {
        if (taken == selection_.limit) {
            position_.more = true;
            break;
        }
        const StoredRecord record = sql().read(*row, longest_in_group);
        if (position_.rest.empty() && !is_full() && record.left_out.empty())
            sink_.record(record);
        else
            position_.rest.add({.id = record.number});
    }
}

// A walk is in the order of the seconds of changes, as answers show them, and then of IDs, so that the second
// and the ID of a page's last record say where the next page begins. It misses nothing: it reads with locks,
// so that it waits for the writers whose rows it meets, and gives no record of a second in which somebody may
// still write.
//
// If the first read comes to such a second, the caller pauses until it is over and reads again. The second
// read asks the clock again, because the timer may have been early, or the server may be another one.
void Reader::walk() {
    const std::string second = "'%Y-%m-%d %H:%i:%s'";
    const auto clock = connection_->query(
        "SELECT DATE_FORMAT(NOW(6) - INTERVAL " + std::to_string(walk_margin.count()) + " MICROSECOND, " +
            second + "), DATE_FORMAT(NOW(6) + INTERVAL 1 SECOND, " + second + "), MICROSECOND(NOW(6))",
        {});
    clock->next();
    // The first second in which somebody may still write, and the one that begins next.
    const std::string open = clock->text(1);
    const std::string next = clock->text(2);
    const std::chrono::microseconds elapsed(clock->number(3));

    Statement condition = walk_start();
    if (selection_.read_until.empty()) {
        if (find(condition) < number_of(open))
            return;
        position_ = {};
        read_until_ = next;
    } else {
        // If the clock was set back, it must not read past the next second.
        read_until_ = std::min(selection_.read_until, next);
        if (read_until_ <= open) {
            condition.sql += " AND record." + quoted(selection_.walk()->selector->columns.front()) + " < ?";
            condition.parameters.emplace_back(read_until_);
            find(condition);
            return;
        }
    }
    // `read_until_` is the next second, or this one if the margin of the one before is not over.
    const std::chrono::microseconds left = read_until_ == next ? std::chrono::seconds(1) - elapsed : -elapsed;
    pause_ = left + walk_margin;
}

Statement Reader::walk_start() const {
    const Condition& since = *selection_.walk();
    const std::string column = "record." + quoted(since.selector->columns.front());
    const std::string& time = since.values.front();
    if (const Condition* after = selection_.find([](const Finder& finder) { return finder.continues_walk; }))
        return {.sql = column + " >= ? AND (" + column + " > ? OR record.id > ?)",
                .parameters = {time, time, static_cast<std::uint64_t>(std::stoull(after->values.front()))}};
    return {.sql = column + " >= ?", .parameters = {time}};
}

// Finds the records. Returns when the last of them was changed if they are in that order, otherwise 0; 0 as
// well if there is none.
std::uint64_t Reader::find(const Statement& walk_condition) {
    const bool walking = !walk_condition.sql.empty();
    Statement statement{.sql = "SELECT record.id", .parameters = {}};
    if (walking)
        statement.sql += ", " + as_text("record." + quoted(selection_.walk()->selector->columns.front()));
    std::vector<Output> ordered_by;
    if (selection_.order != nullptr)
        ordered_by.push_back(*selection_.order);
    add_selection(statement, selection_, reference_joins(ordered_by), walk_condition, leading_, field_texts_);
    statement.sql += order_of(selection_) + " LIMIT ? OFFSET ?";
    statement.parameters.emplace_back(static_cast<std::uint64_t>(selection_.limit + 1));
    statement.parameters.emplace_back(static_cast<std::uint64_t>(selection_.offset));
    if (walking)
        statement.sql += " LOCK IN SHARE MODE";
    const auto row = connection_->query(statement.sql, statement.parameters);
    std::uint64_t changed = 0;
    for (std::size_t taken = 0; row->next(); ++taken) {
        changed = walking ? number_of(row->text(2)) : 0;
        if (taken < selection_.limit)
            position_.rest.add({.id = row->number(1), .changed = changed});
        else
            position_.more = true;
    }
    return changed;
}

// Waits for writers that hold the records. A writer that changes a record again within the same second moves
// nothing in the walk's index, so only the record itself shows the change. Once the record is locked, later
// statements read what that writer stored.
void Reader::wait_for_writers(const std::vector<std::uint64_t>& ids) {
    Statement statement{.sql = "SELECT id FROM " + quoted(resource_.table) + " FORCE INDEX (PRIMARY) WHERE ",
                        .parameters = {}};
    add_in(statement, "id", ids);
    connection_->query(statement.sql + " LOCK IN SHARE MODE", statement.parameters);
}

// Returns how many records the page has room for, by the size of those that were read.
std::size_t Reader::chunk_size() const {
    if (position_.record_bytes == 0)
        return most_in_chunk;
    return std::min(most_in_chunk, (page_bytes - sink_.held()) / position_.record_bytes + 1);
}

void Reader::read_on() {
    if (!position_.open)
        return read_records();
    if (const auto piece = read_piece(*connection_, resource_, *position_.open))
        give(*piece);
    else
        problems_ = {{code::overloaded, "",
                      "the " + std::string(resource_.names.noun) + " with the ID " +
                          std::to_string(position_.open->id) + " was changed while it was read, try again"}};
}

void Reader::read_records() {
    const std::vector<FoundRecords::Record> chunk = position_.rest.front(chunk_size());
    std::vector<std::uint64_t> ids;
    std::unordered_map<std::uint64_t, StoredRecord> records;
    ids.reserve(chunk.size());
    for (const FoundRecords::Record& found : chunk)
        ids.push_back(found.id);
    if (selection_.walk() != nullptr)
        wait_for_writers(ids);
    Statement statement{.sql = "SELECT " + sql().in_group + " FROM " + quoted(resource_.table) +
                               " AS record" + sql().joins + " WHERE ",
                        .parameters = {}};
    add_in(statement, "record.id", ids);
    {
        const auto row = connection_->query(statement.sql, statement.parameters);
        while (row->next()) {
            StoredRecord record = sql().read(*row, longest_in_group);
            records.emplace(record.number, std::move(record));
        }
    }
    for (const FoundRecords::Record& found : chunk) {
        const auto record = records.find(found.id);
        if (record != records.end() && is_due(record->second, found)) {
            const std::size_t before = sink_.held();
            if (record->second.left_out.empty())
                sink_.record(record->second);
            else
                read_alone(found);
            note_size(record->second.left_out.empty() ? sink_.held() - before : page_bytes);
        }
        position_.rest.skip();
        if (position_.open || is_full())
            return;
    }
}

// Keeps a moving average. A few long records among short ones would otherwise be read again and again, each
// with the chunk that it ends.
void Reader::note_size(std::size_t bytes) {
    constexpr std::size_t weight = 4;
    position_.record_bytes =
        position_.record_bytes == 0 ? bytes : ((weight - 1) * position_.record_bytes + bytes) / weight;
}

// Returns whether the record still belongs here. In a walk, one that was changed in the meantime comes later.
bool Reader::is_due(const StoredRecord& record, const FoundRecords::Record& found) const {
    return found.changed == 0 || record.changed == found.changed;
}

// Reads a record that has long values. If they are too long for a page, the record stays open. Its text
// begins only when there is a piece of the first value, because until then it can be read again.
void Reader::read_alone(const FoundRecords::Record& found) {
    const std::string statement = "SELECT " + sql().alone + " FROM " + quoted(resource_.table) +
                                  " AS record" + sql().joins + " WHERE record.id = ?";
    for (int tries = 1;; ++tries) {
        StoredRecord record;
        {
            const auto row = connection_->query(statement, {found.id});
            // Without a row, it was deleted in the meantime.
            if (!row->next())
                return;
            record = sql().read(*row, longest_alone);
        }
        if (!is_due(record, found))
            return;
        if (record.left_out.empty())
            return sink_.record(record);
        ListPosition::OpenRecord open{.id = found.id, .version = record.version, .values = record.left_out};
        const auto piece = read_piece(*connection_, resource_, open);
        if (!piece && tries < most_conflicts)
            continue;
        sink_.begin_record(std::move(record));
        position_.open = std::move(open);
        if (piece)
            give(*piece);
        return;
    }
}

void Reader::give(const std::string& piece) {
    ListPosition::OpenRecord& open = *position_.open;
    open.offset += piece.size();
    const bool last = open.offset == open.values[open.value].bytes;
    sink_.piece(piece, last);
    if (!last)
        return;
    open.offset = 0;
    if (++open.value == open.values.size())
        position_.open.reset();
}

ReadResult read(const Attempt& attempt, const Reading& reading) {
    Reader reader(reading);
    ReadResult result;
    static_cast<Outcome&>(result) = attempt(reader);
    if (result.problems.empty() && !reader.problems().empty()) {
        const bool is_of_client = http_status(reader.problems()) < 500;
        static_cast<Outcome&>(result) = {.problems = reader.problems(),
                                         .log = is_of_client ? "" : reader.problems().front().text};
    }
    result.count = reader.count();
    result.pause = reader.pause();
    result.read_until = reader.read_until();
    return result;
}

}  // namespace helpdesk::db
