#include "record_sql.h"

#include <map>
#include <stdexcept>

#include "../action.h"
#include "../text.h"

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
        const bool time = output.source == Output::Source::time;
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
            all.try_emplace(&action.resource,
                            RecordSql{expressions(action.resource.outputs) +
                                          (action.resource.versioned ? ", record.version" : ""),
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
    // The column's nine decimals are not what was given.
    if (output.variable != nullptr && output.variable->kind == Kind::coordinate) {
        value.erase(value.find_last_not_of('0') + 1);
        if (value.ends_with('.'))
            value.pop_back();
    }
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

std::vector<std::string> record_of(const sql::ResultSet& row, unsigned first_column,
                                   const Resource& resource) {
    std::vector<std::string> record = values_of(row, first_column, resource.outputs);
    if (resource.versioned)
        record.push_back(row.getString(first_column + static_cast<unsigned>(resource.outputs.size())));
    return record;
}

}  // namespace helpdesk::db
