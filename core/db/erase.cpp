#include "db/erase.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "db/session/attempts.h"
#include "db/statements/record_sql.h"
#include "db/statements/repeats.h"
#include "db/words.h"
#include "model/erasing.h"
#include "model/fields.h"
#include "search/words.h"

namespace helpdesk {
namespace db {
namespace {

// The most that a statement finds or changes, and the most of a piece. More is erased in pieces.
constexpr std::size_t most_records = 32;
constexpr std::size_t most_parts = 256;
constexpr std::size_t parts_of_piece = 1024;

constexpr std::uint64_t no_end = 9'223'372'036'854'775'807;

// The tables and columns of one person's traces, as SQL.
struct TraceSql {
    TraceSql(Connection& connection, const Resource& resource)
        : erasing(*resource.erasing),
          traces(erasing.traces),
          records(traces.resource()),
          parts(records.parts()),
          table(quoted(records.table)),
          part_table(quoted(parts.table)),
          owner(of_record(traces.owner)),
          part_of(of_part(parts.part_of)),
          author(of_part(traces.author)),
          called(of_part(traces.called)),
          former(of_part(traces.former)),
          changes(of_part(traces.changes)),
          fields(traces.fields.empty() ? nullptr : records.find(traces.fields)->fields) {
        if (fields == nullptr)
            return;
        const auto row = connection.query(
            "SELECT id FROM " + quoted(fields->definitions().table) + " WHERE type <> 'list'", {});
        while (row->next())
            text_fields.push_back(row->number(1));
    }

    // The texts in a record's fields, as what follows DELETE or SELECT 1. There must be such fields.
    std::string texts_in_fields(const std::string& record) const {
        std::string numbers;
        for (const std::uint64_t number : text_fields)
            numbers += (numbers.empty() ? "" : ", ") + std::to_string(number);
        return " FROM " + quoted(fields->values) + " WHERE " + quoted(fields->owner) + " = " + record +
               " AND field_id IN (" + numbers + ")";
    }
    std::string has_texts_in_fields(const std::string& record) const {
        return text_fields.empty() ? "FALSE" : "EXISTS (SELECT 1" + texts_in_fields(record) + ")";
    }
    std::string of_record(std::string_view name) const { return quoted(records.find(name)->column); }
    std::string of_part(std::string_view name) const { return quoted(parts.find(name)->column); }

    template <std::size_t most>
    std::string any_filled(const Few<std::string_view, most>& names, const Resource& resource) const {
        std::string sql;
        for (const std::string_view name : names)
            sql += (sql.empty() ? "(" : " OR ") + quoted(resource.find(name)->column) + " <> ''";
        return sql + ")";
    }

    // The paths of the variables in a text of changes that say who the person is.
    std::string paths() const {
        std::string sql = ", '$." + std::string(traces.owner) + "'";
        for (const auto& names : {traces.copied, traces.words})
            for (const std::string_view name : names)
                sql += ", '$." + std::string(name) + "'";
        for (const std::uint64_t number : text_fields)
            sql += ", '$." + field_name(number) + "'";
        return sql;
    }

    // The text of changes without those variables. One that came from elsewhere may name a variable many
    // times, and the server removes one of them at a time, so that nothing is kept of it.
    std::string without_variables() const {
        const std::string removed = "JSON_REMOVE(" + changes + paths() + ")";
        return "CASE WHEN JSON_CONTAINS_PATH(" + removed + ", 'one'" + paths() + ") THEN '{}' ELSE " +
               removed + " END";
    }

    // A text of changes that came from elsewhere may be anything. Only an object can lose a part.
    std::string of_changes(const std::string& none, const std::string& object,
                           const std::string& other) const {
        return "CASE WHEN " + changes + " = '' THEN " + none + " WHEN NOT JSON_VALID(" + changes + ") THEN " +
               other + " WHEN JSON_TYPE(" + changes + ") = 'OBJECT' THEN " + object + " ELSE " + other +
               " END";
    }

    const Erasing& erasing;
    const Traces& traces;
    const Resource& records;
    const Resource& parts;
    const std::string table;
    const std::string part_table;
    const std::string owner;
    const std::string part_of;
    const std::string author;
    const std::string called;
    const std::string former;
    const std::string changes;
    const Fields* fields;                         // null: there are none
    std::vector<std::uint64_t> text_fields = {};  // their numbers
};

std::string touched(const Resource& resource) {
    return std::string(resource.versioned ? ", version = version + 1" : "") +
           (resource.timestamps ? ", last_updated = SYSDATE()" : "");
}

// The traces of one person.
class Erasure {
  public:
    Erasure(Connection& connection, const Resource& resource, std::uint64_t person)
        : connection_(connection),
          sql_(connection, resource),
          person_(person),
          name_(erased_name(*resource.erasing, person)) {}

    // Returns whether there is so little that one transaction can hold it.
    bool fits_a_piece() {
        const std::string records = std::to_string(most_records);
        const std::string parts = std::to_string(parts_of_piece);
        const auto more = [](const std::string& from, const std::string& most) {
            return "(SELECT COUNT(*) FROM (SELECT 1 FROM " + from + " LIMIT " + most +
                   ") AS found) = " + most;
        };
        const std::string sql =
            "SELECT " + more(sql_.table + " WHERE " + sql_.owner + " = ?", records) + " OR " +
            more(sql_.table + " AS record JOIN " + sql_.part_table + " AS part ON part." + sql_.part_of +
                     " = record.id WHERE record." + sql_.owner + " = ?",
                 parts) +
            " OR " + more(sql_.part_table + " WHERE " + sql_.author + " = ?", parts) + " OR " +
            more(sql_.part_table + " WHERE " + sql_.former + " = ?", records) + " OR " +
            more(sql_.part_table + " AS given JOIN " + sql_.part_table + " AS part ON part." + sql_.part_of +
                     " = given." + sql_.part_of + " WHERE given." + sql_.former + " = ?",
                 parts);
        const auto row = connection_.query(sql, {person_, person_, person_, person_, person_});
        row->next();
        return row->number(1) == 0;
    }

    // Erases a piece, and returns whether there is more.
    bool erase_piece(ErasedSoFar& so_far) {
        records_left_ = most_records;
        parts_left_ = parts_of_piece;
        return !(erase_found(own(""), {}, so_far.records, so_far) &&
                 erase_found(written(), {name_}, so_far.parts, so_far) &&
                 erase_found(given_away(), {}, so_far.former, so_far));
    }

    // Erases the rest: what came after the pieces, or of a record that they have passed.
    void erase_rest(ErasedSoFar so_far) {
        const std::uint64_t passed = std::exchange(so_far.records, 0);
        so_far.parts = 0;
        erase_found(own(" AND (id > ? OR " + sql_.any_filled(sql_.traces.copied, sql_.records) + " OR " +
                        sql_.has_texts_in_fields(sql_.table + ".id") + ")"),
                    {passed}, so_far.records, so_far);
        erase_found(written(), {name_}, so_far.parts, so_far);
        erase_found(given_away(), {}, so_far.former, so_far);
    }

  private:
    // These find records by a number that grows, and the record that each belongs to.
    std::string own(const std::string& condition) const {
        return "SELECT id, id FROM " + sql_.table + " WHERE " + sql_.owner + " = ? AND id > ?" + condition;
    }
    std::string written() const {
        return "SELECT id, " + sql_.part_of + " FROM " + sql_.part_table + " WHERE " + sql_.author +
               " = ? AND id > ? AND " + sql_.called + " <> ?";
    }
    std::string given_away() const {
        return "SELECT id, " + sql_.part_of + " FROM " + sql_.part_table + " WHERE " + sql_.former +
               " = ? AND id > ?";
    }

    // Erases the records that the query finds after the number `last`, which follows them. Returns whether
    // none is left.
    bool erase_found(const std::string& query, const std::vector<Parameter>& more, std::uint64_t& last,
                     ErasedSoFar& so_far) {
        while (true) {
            std::vector<Parameter> parameters = {person_, last};
            parameters.insert(parameters.end(), more.begin(), more.end());
            std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
            const auto row =
                connection_.query(query + " ORDER BY id LIMIT " + std::to_string(most_records), parameters);
            while (row->next())
                found.emplace_back(row->number(1), row->number(2));
            std::uint64_t before = 0;
            for (const auto& [number, record] : found) {
                if (record != before && (records_left_ == 0 || parts_left_ == 0 || !erase_record(record)))
                    return false;
                so_far.records_done += record != before ? 1 : 0;
                before = record;
                last = number;
            }
            if (found.size() < most_records)
                return true;
        }
    }

    // Returns whether the record was erased with all of its parts.
    bool erase_record(std::uint64_t record) {
        const std::uint64_t end = erase_texts(record);
        const bool done = erase_parts(record, end);
        if (renews_ && sql_.records.word_index != nullptr) {
            const IndexedText text{.index = sql_.records.word_index, .number = record, .renews = true};
            index_texts(connection_, {&text, 1});
        }
        if (done && records_left_ != unlimited)
            --records_left_;
        return done;
    }

    // Erases the texts of the record itself. Returns the number of the last part from when the record was the
    // person's; 0: it never was.
    std::uint64_t erase_texts(std::uint64_t record) {
        const TraceSql& sql = sql_;
        const auto row = connection_.query(
            "SELECT record." + sql.owner + " = ?, (SELECT MAX(id) FROM " + sql.part_table +
                " AS part WHERE part." + sql.part_of + " = record.id AND part." + sql.former +
                " = ?), record." + sql.of_record(sql.traces.unless) + " IS NULL, EXISTS (SELECT 1 FROM " +
                sql.part_table + " AS part WHERE part." + sql.part_of + " = record.id AND part." +
                sql.author + " = ? AND part." + sql.of_part(sql.traces.text) + " = record." +
                sql.of_record(sql.traces.repeats) + " AND record." + sql.of_record(sql.traces.repeats) +
                " <> ''), " + sql.any_filled(sql.traces.copied, sql.records) + ", " +
                sql.any_filled(sql.traces.words, sql.records) + ", " + sql.has_texts_in_fields("record.id") +
                " FROM " + sql.table + " AS record WHERE record.id = ? FOR UPDATE",
            {person_, person_, person_, record});
        renews_ = false;
        if (!row->next())
            return 0;
        const bool owns = row->number(1) != 0;
        const std::uint64_t end = owns ? no_end : row->number(2);
        const bool opened = end != 0 && row->number(3) != 0;
        const bool has_words = row->number(6) != 0 && (opened || row->number(4) != 0);
        std::string set;
        if (owns && row->number(5) != 0)
            add_empty(set, sql.traces.copied);
        if (has_words)
            add_empty(set, sql.traces.words);
        const bool has_fields = owns && row->number(7) != 0;
        renews_ = has_words;
        if (has_fields)
            connection_.execute("DELETE" + sql.texts_in_fields("?"), {record});
        if (!set.empty() || has_fields)
            connection_.execute(
                "UPDATE " + sql.table + " SET id = id" + set + touched(sql.records) + " WHERE id = ?",
                {record});
        return end;
    }

    void add_empty(std::string& set, const Few<std::string_view, 4>& names) const {
        for (const std::string_view name : names)
            set += ", " + sql_.of_record(name) + " = ''";
    }

    // The changes of a record in the person's time say who that was, and so do the addresses of its mails. In
    // other records, what the person wrote does.
    bool erase_parts(std::uint64_t record, std::uint64_t end) {
        const TraceSql& sql = sql_;
        const std::string text = sql.of_part(sql.traces.text);
        const std::string stays_empty = "CASE WHEN " + text + " = '' THEN '' ELSE ? END";
        std::string addresses;
        for (const std::string_view name : sql.traces.addresses)
            addresses += sql.of_part(name) + " = '', ";
        return change_parts(
                   {"(" + sql.author + " = ? OR id <= ?) AND (" +
                        sql.any_filled(sql.traces.addresses, sql.parts) + " OR " +
                        sql.of_changes("FALSE",
                                       "JSON_CONTAINS_PATH(" + sql.changes + ", 'one'" + sql.paths() + ")",
                                       "TRUE") +
                        ")",
                    {record, person_, end}},
                   {addresses + sql.changes + " = " + sql.of_changes("''", sql.without_variables(), "'{}'"),
                    {}}) &&
               change_parts({sql.author + " = ? AND " + sql.called + " <> ?", {record, person_, name_}},
                            {sql.of_part(sql.traces.text_words) + " = " + stays_empty + ", " + text + " = " +
                                 stays_empty + ", " + sql.called + " = ?, " +
                                 sql.of_part(sql.traces.identifier) + " = NULL",
                             {search::words_as_text(sql.erasing.text), std::string(sql.erasing.text), name_}},
                            true);
    }

    // Changes the parts of a record until none fulfils the condition. Returns whether none is left.
    bool change_parts(const Statement& condition, const Statement& set, bool changes_text = false) {
        while (true) {
            if (parts_left_ == 0)
                return false;
            std::vector<std::uint64_t> found;
            const auto row = connection_.query(
                "SELECT id FROM " + sql_.part_table + " WHERE " + sql_.part_of + " = ? AND " + condition.sql +
                    " ORDER BY id LIMIT " + std::to_string(most_parts) + " FOR UPDATE",
                condition.parameters);
            while (row->next())
                found.push_back(row->number(1));
            if (found.empty())
                return true;
            Statement change{
                .sql = "UPDATE " + sql_.part_table + " SET " + set.sql + touched(sql_.parts) + " WHERE ",
                .parameters = set.parameters};
            add_in(change, "id", found);
            connection_.execute(change.sql, change.parameters);
            renews_ = renews_ || changes_text;
            if (parts_left_ != unlimited)
                parts_left_ -= std::min(parts_left_, found.size());
        }
    }

    static constexpr std::size_t unlimited = SIZE_MAX;

    Connection& connection_;
    const TraceSql sql_;
    const std::uint64_t person_;
    const std::string name_;
    std::size_t records_left_ = unlimited;
    std::size_t parts_left_ = unlimited;
    bool renews_ = false;  // the words of the record that is being erased
};

// One piece. If the write will be refused, or is a repeat, nothing is erased before it.
class Piece : public Operation {
  public:
    explicit Piece(const Write& write) : write_(write), resource_(write.action->resource) {}

    void run(Connection& connection) override {
        so_far_ = write_.erased;
        more_ = false;
        const std::uint64_t person = find(connection);
        if (person == 0 || (write_.repeatable && has_answer(connection, *write_.repeatable)))
            return;
        Erasure erasure(connection, resource_, person);
        if (so_far_.records_done == 0 && erasure.fits_a_piece())
            return;
        connection.begin();
        more_ = erasure.erase_piece(so_far_);
        connection.commit();
    }

    // A second run does not find again what the first one erased.
    bool repeatable() const override { return true; }

    const ErasedSoFar& so_far() const { return so_far_; }
    bool more() const { return more_; }

  private:
    // Returns the number of the record, or 0 if the write cannot succeed.
    std::uint64_t find(Connection& connection) {
        const std::string name = quoted(resource_.name()->column);
        const std::string version = resource_.versioned ? "record.version" : "0";
        const auto row = connection.query(
            "SELECT record.id, " + version + ", EXISTS (SELECT 1 FROM " + quoted(resource_.table) +
                " AS other WHERE other." + name + " = CONCAT(?, record.id) AND other.id <> record.id) FROM " +
                quoted(resource_.table) + " AS record WHERE " + key_column(write_) + " = ?",
            {std::string(resource_.erasing->called), key_value(write_)});
        if (!row->next() || row->number(3) != 0)
            return 0;
        const std::uint64_t number = row->number(1);
        const std::string tag = entity_tag(std::to_string(number), std::to_string(row->number(2)));
        return write_.if_match.empty() || matches(write_.if_match, tag) ? number : 0;
    }

    const Write& write_;
    const Resource& resource_;
    ErasedSoFar so_far_;
    bool more_ = false;
};

}  // namespace

void erase_traces(Connection& connection, const WritePlan& plan) {
    const Resource& resource = plan.resource();
    Erasure(connection, resource, plan.record_id).erase_rest(plan.write().erased);
    replace_answers(connection, {resource.table, plan.record_id},
                    erased_name(*resource.erasing, plan.record_id));
}

}  // namespace db

ErasedPiece erase_piece(const DatabaseSettings& database, Write& write) {
    db::Piece piece(write);
    ErasedPiece result;
    static_cast<Outcome&>(result) = db::attempt(database, piece);
    if (!result.problems.empty())
        return result;
    write.erased = piece.so_far();
    result.more = piece.more();
    return result;
}

}  // namespace helpdesk
