#include "db/statements/record_sql.h"

#include <map>
#include <stdexcept>

#include "decimal.h"
#include "model/action.h"
#include "text.h"

namespace helpdesk::db {
namespace {

std::string alias_of(const Output& output) {
    // By its full name, since a std::string brings std::quoted with it.
    return db::quoted("of_" + std::string(output.variable->name));
}

void expect_utf8(const std::string& value, const std::string& name) {
    if (!text::is_utf8(value))
        throw std::runtime_error("the database holds text that is not UTF-8 in " + name +
                                 "; correct it there");
}

// Whether its values have no limit.
bool is_unbounded(const Output& output) {
    return output.source == Output::Source::column && output.variable != nullptr &&
           output.form == Form::plain && output.variable->limit == 0;
}

std::string length_of(const Output& output) {
    return "LENGTH(" + expression(output) + ")";
}

std::string record_expressions(const Resource& resource, std::size_t longest) {
    std::string list;
    std::string lengths;
    for (const Output& output : resource.outputs) {
        if (!is_unbounded(output)) {
            list += (list.empty() ? "" : ", ") + expressions({output});
            continue;
        }
        list += (list.empty() ? "CASE WHEN " : ", CASE WHEN ") + length_of(output) + " > " +
                std::to_string(longest) + " THEN NULL ELSE " + expression(output) + " END";
        lengths += ", " + length_of(output);
    }
    return list + (resource.versioned ? ", record.version" : "") + lengths;
}

// How many of the bytes are whole characters, if it is UTF-8 that was cut off somewhere.
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

std::string expression(const Output& output) {
    switch (output.source) {
        case Output::Source::reference_name:
            return alias_of(output) + ".name";
        case Output::Source::list:
        case Output::Source::list_dates:
            break;
        default:
            return "record." + quoted(output.column);
    }
    const ListTable& list = *output.list;
    const bool named = output.source == Output::Source::list && list.reference != nullptr &&
                       list.reference->by == Reference::By::name;
    const std::string item = named ? "named.name" : "item." + quoted(output.column);
    return "(SELECT GROUP_CONCAT(" + item + " ORDER BY item.position SEPARATOR ',') FROM " +
           quoted(list.table) + " AS item" +
           (named ? " JOIN " + quoted(list.reference->table) + " AS named ON named.id = item." +
                        quoted(list.column)
                  : "") +
           " WHERE item." + quoted(list.owner) + " = record.id)";
}

std::string as_text(const std::string& time) {
    return "CAST(" + time + " AS CHAR)";
}

std::string expressions(const std::vector<Output>& outputs) {
    std::string list;
    for (const Output& output : outputs) {
        const bool time = output.form == Form::time && output.source == Output::Source::column;
        list += (list.empty() ? "" : ", ") + (time ? as_text(expression(output)) : expression(output));
    }
    return list;
}

std::string reference_joins(const std::vector<Output>& outputs) {
    std::string joins;
    for (const Output& output : outputs)
        if (output.source == Output::Source::reference_name)
            joins += " LEFT JOIN " + quoted(output.variable->reference->table) + " AS " + alias_of(output) +
                     " ON " + alias_of(output) + ".id = record." + quoted(output.column);
    return joins;
}

const RecordSql& record_sql(const Resource& resource) {
    static const auto all = [] {
        std::map<const Resource*, RecordSql> all;
        for (const Action& action : actions())
            all.try_emplace(&action.resource, RecordSql{record_expressions(action.resource, longest_in_group),
                                                        record_expressions(action.resource, longest_alone),
                                                        reference_joins(action.resource.outputs)});
        return all;
    }();
    return all.at(&resource);
}

std::string text_of(const sql::ResultSet& row, unsigned column, const std::string& name) {
    std::string value = row.getString(column);
    expect_utf8(value, name);
    return value;
}

std::string value_of(const sql::ResultSet& row, unsigned column, const Output& output) {
    if (row.isNull(column))
        return "";
    std::string value = row.getString(column);
    if (output.form == Form::decimal)
        value = without_zeros(std::move(value), output.variable->kind->decimals.least);
    return value;
}

std::vector<std::string> values_of(const sql::ResultSet& row, unsigned first_column,
                                   const std::vector<Output>& outputs) {
    std::vector<std::string> values;
    values.reserve(outputs.size());
    const bool has_id = !outputs.empty() && outputs.front().name == id_variable;
    for (const Output& output : outputs) {
        values.push_back(value_of(row, first_column++, output));
        expect_utf8(values.back(), std::string(output.name) + (has_id ? " of the ID " + values.front() : ""));
    }
    return values;
}

StoredRecord record_of(const sql::ResultSet& row, unsigned first_column, const Resource& resource,
                       std::size_t longest) {
    StoredRecord record{values_of(row, first_column, resource.outputs), {}};
    unsigned column = first_column + static_cast<unsigned>(resource.outputs.size());
    if (resource.versioned)
        record.values.push_back(row.getString(column++));
    for (std::size_t i = 0; i < resource.outputs.size(); ++i) {
        if (!is_unbounded(resource.outputs[i]))
            continue;
        const std::uint64_t bytes = row.getUInt64(column++);
        if (bytes > longest)
            record.left_out.push_back({i, bytes});
    }
    return record;
}

std::optional<std::string> read_piece(Connection& connection, const Resource& resource,
                                      const ListPosition::OpenRecord& open) {
    const ListPosition::LongValue& value = open.values[open.value];
    const Output& output = resource.outputs[value.output];
    const auto row =
        connection.query("SELECT SUBSTRING(CAST(" + expression(output) + " AS BINARY), ?, ?) FROM " +
                             quoted(resource.table) + " AS record WHERE record.id = ? AND record.version = ?",
                         {open.offset + 1, static_cast<std::uint64_t>(page_bytes), open.id,
                          static_cast<std::uint64_t>(std::stoull(open.version))});
    if (!row->next() || row->isNull(1))
        return std::nullopt;
    std::string piece = row->getString(1);
    if (open.offset + piece.size() < value.bytes)
        piece.resize(whole_characters(piece));
    const std::string name = output.name + " of the ID " + std::to_string(open.id);
    if (piece.empty())
        throw std::runtime_error("the database gives no more of " + name);
    expect_utf8(piece, name);
    return piece;
}

}  // namespace helpdesk::db
