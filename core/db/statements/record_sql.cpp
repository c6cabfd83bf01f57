#include "db/statements/record_sql.h"

#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "db/statements/fields_sql.h"
#include "decimal.h"
#include "text.h"

namespace helpdesk::db {
namespace {

std::string alias_of(const Output& output) {
    // The full name, because a std::string argument would also find std::quoted.
    return db::quoted("of_" + std::string(output.variable->name));
}

void expect_utf8(const std::string& value, const std::string& name) {
    if (!text::is_utf8(value))
        throw std::runtime_error("the database holds text that is not UTF-8 in " + name +
                                 "; correct it there");
}

// Returns whether it shows a column of another record.
bool is_joined(const Output& output) {
    return output.source == Output::Source::reference;
}

std::string column_of(const std::string& row, std::string_view column) {
    return row + "." + quoted(column);
}

bool is_time(const Output& output) {
    return output.form == Form::time && (output.source == Output::Source::column || is_joined(output));
}

std::string length_of(const Output& output) {
    return "LENGTH(" + expression(output) + ")";
}

// Returns how many of the bytes are whole characters, of UTF-8 that may be cut off in the middle of one.
std::size_t whole_characters(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    std::size_t last = bytes.size();
    while (last > 0 && (byte(last - 1) & 0xC0U) == 0x80)
        --last;
    if (last == 0)
        return 0;
    --last;
    const std::size_t length = byte(last) < 0x80 ? 1 : byte(last) < 0xE0 ? 2 : byte(last) < 0xF0 ? 3 : 4;
    return bytes.size() - last < length ? last : bytes.size();
}

}  // namespace

// The time is a range of its column's index, where that can serve. The state is read by its number.
std::string is_overdue(const Deadline& deadline, const std::string& row) {
    return "(" + column_of(row, deadline.time) + " < NOW() AND " + column_of(row, deadline.end) +
           " IS NULL AND COALESCE((SELECT " + quoted(deadline.closed) + " FROM " +
           quoted(deadline.of_state->to().table) + " WHERE id = " + column_of(row, deadline.state) +
           "), 'N') = 'N')";
}

std::string expression(const Output& output) {
    switch (output.source) {
        case Output::Source::reference:
            return column_of(alias_of(output),
                             output.shown.empty() ? name_column(*output.variable->reference) : output.shown);
        case Output::Source::count:
            return "(SELECT COUNT(*) FROM " + quoted(output.list->table) + " AS item WHERE item." +
                   quoted(output.list->owner) + " = record.id)";
        case Output::Source::has_items:
            return "CASE WHEN EXISTS (SELECT 1 FROM " + quoted(output.list->table) + " AS item WHERE item." +
                   quoted(output.list->owner) + " = record.id) THEN 'Y' ELSE 'N' END";
        case Output::Source::fields:
            return fields_sql(*output.variable->fields);
        case Output::Source::overdue:
            return "CASE WHEN " + is_overdue(*output.deadline, "record") + " THEN 'Y' ELSE 'N' END";
        case Output::Source::list:
        case Output::Source::list_dates:
            break;
        default:
            return column_of("record", output.column);
    }
    return list_sql(output, "record.id");
}

std::string list_sql(const Output& output, const std::string& id) {
    const ListTable& list = *output.list;
    const bool named = output.source == Output::Source::list && list.reference != nullptr &&
                       list.reference->by == Reference::By::name;
    const std::string item =
        named ? column_of("named", name_column(*list.reference)) : column_of("item", output.column);
    return "(SELECT GROUP_CONCAT(" + item + " ORDER BY " + (list.by_name ? item : "item.position") +
           " SEPARATOR ',') FROM " + quoted(list.table) + " AS item" +
           (named ? " JOIN " + quoted(list.reference->to().table) + " AS named ON named.id = item." +
                        quoted(list.column)
                  : "") +
           " WHERE item." + quoted(list.owner) + " = " + id + ")";
}

std::string as_text(const std::string& time) {
    return "CAST(" + time + " AS CHAR)";
}

std::string selected(const Output& output) {
    return is_time(output) ? as_text(expression(output)) : expression(output);
}

std::string reference_joins(const std::vector<Output>& outputs) {
    std::string joins;
    std::set<const Variable*> joined;
    for (const Output& output : outputs)
        if (is_joined(output) && joined.insert(output.variable).second)
            joins += " LEFT JOIN " + quoted(output.variable->reference->to().table) + " AS " +
                     alias_of(output) + " ON " + alias_of(output) + ".id = record." + quoted(output.column);
    return joins;
}

RecordSql::RecordSql(const Resource& resource, bool brief)
    : joins(reference_joins(resource.outputs)), resource_(resource), brief_(brief) {
    in_group = add_columns(longest_in_group);
    alone = add_columns(longest_alone);
}

// Returns the expressions. Their columns are the same for each `longest`.
std::string RecordSql::add_columns(std::size_t longest) {
    Columns columns;
    values_.clear();
    lengths_.clear();
    for (const Output& output : resource_.outputs) {
        values_.push_back(columns.add(
            is_unbounded(output) && brief_ ? "NULL"
            : is_unbounded(output) ? "CASE WHEN " + length_of(output) + " > " + std::to_string(longest) +
                                         " THEN NULL ELSE " + expression(output) + " END"
                                   : selected(output)));
        if (output.source == Output::Source::id)
            number_ = values_.back();
        else if (is_time(output) && output.column == last_updated)
            changed_ = values_.back();
    }
    if (resource_.versioned)
        version_ = columns.add("record.version");
    for (std::size_t i = 0; i < resource_.outputs.size(); ++i)
        if (is_unbounded(resource_.outputs[i]) && !brief_)
            lengths_.push_back({i, columns.add(length_of(resource_.outputs[i]))});
    return columns.sql();
}

StoredRecord RecordSql::read(const Rows& row, std::size_t longest) const {
    StoredRecord record;
    record.number = row.number(number_);
    if (version_ != 0)
        record.version = row.number(version_);
    if (changed_ != 0)
        record.changed = number_of(row.text(changed_));
    record.values.reserve(values_.size());
    for (std::size_t i = 0; i < values_.size(); ++i) {
        record.values.push_back(value_of(row, values_[i], resource_.outputs[i], record.number));
        if (resource_.outputs[i].source == Output::Source::fields)
            record.fields = unpack_fields(std::exchange(record.values.back(), ""));
    }
    for (const Length& length : lengths_)
        if (const std::uint64_t bytes = row.number(length.column); bytes > longest)
            record.left_out.push_back({length.output, bytes});
    return record;
}

// Keeps the SQL for ever: there are few resources, and they live as long as the process.
const RecordSql& record_sql(const Resource& resource, bool brief) {
    static std::mutex mutex;
    static std::map<std::pair<const Resource*, bool>, RecordSql> all;
    const std::scoped_lock lock(mutex);
    return all.try_emplace({&resource, brief}, resource, brief).first->second;
}

std::uint64_t number_of(std::string_view time) {
    std::uint64_t number = 0;
    for (const char c : time)
        if (c >= '0' && c <= '9')
            number = number * 10 + static_cast<std::uint64_t>(c - '0');
    return number;
}

std::string text_of(const Rows& row, unsigned column, const std::string& name) {
    std::string value = row.text(column);
    expect_utf8(value, name);
    return value;
}

std::string value_of(const Rows& row, unsigned column, const Output& output, std::uint64_t record) {
    if (row.is_null(column))
        return "";
    std::string value =
        text_of(row, column, output.name + (record == 0 ? "" : " of the ID " + std::to_string(record)));
    if (output.form == Form::decimal)
        value = without_zeros(std::move(value), shown_variable(output)->kind->decimals.least);
    return value;
}

std::optional<std::string> read_piece(Connection& connection, const Resource& resource,
                                      const ListPosition::OpenRecord& open) {
    const ListPosition::LongValue& value = open.values[open.value];
    const Output& output = resource.outputs[value.output];
    const auto row =
        connection.query("SELECT SUBSTRING(CAST(" + expression(output) + " AS BINARY), ?, ?) FROM " +
                             quoted(resource.table) + " AS record WHERE record.id = ? AND record.version = ?",
                         {open.offset + 1, static_cast<std::uint64_t>(page_bytes), open.id, open.version});
    if (!row->next() || row->is_null(1))
        return std::nullopt;
    std::string piece = row->text(1);
    if (open.offset + piece.size() < value.bytes)
        piece.resize(whole_characters(piece));
    const std::string name = output.name + " of the ID " + std::to_string(open.id);
    if (piece.empty())
        throw std::runtime_error("the database gives no more of " + name);
    expect_utf8(piece, name);
    return piece;
}

}  // namespace helpdesk::db
