#include "db/merge.h"

#include <algorithm>

#include "db/statements/record_sql.h"
#include "db/statements/repeats.h"
#include "db/store.h"
#include "model/merging.h"

namespace helpdesk::db {
namespace {

class Merge {
  public:
    Merge(Connection& connection, WritePlan& plan, std::uint64_t into)
        : connection_(connection),
          plan_(plan),
          resource_(plan.resource()),
          from_(plan.record_id),
          into_(into) {}

    void run() {
        const std::vector<const Variable*> filled = find_filled();
        fill(filled);
        for (const Joined& joined : resource_.merging->joined)
            join(joined);
        std::string names;
        for (const Variable* variable : filled)
            names += (names.empty() ? "" : ",") + std::string(variable->name);
        plan_.told.emplace_back(filled_output, names);
        move_answers(connection_, {resource_.table, from_}, into_);
        WritePlan* const plans[] = {&plan_};
        delete_records(connection_, plans);
    }

  private:
    const Variable& find(std::string_view name) const { return *resource_.find(name); }

    // Returns the variables that the first record has, and the other one lacks with all of their group.
    std::vector<const Variable*> find_filled() {
        std::string columns;
        for (const auto& group : resource_.merging->filled) {
            std::string lacks;
            for (const std::string_view name : group)
                lacks.append(lacks.empty() ? "" : " AND ").append(is_empty("other", name));
            for (const std::string_view name : group)
                columns.append(columns.empty() ? "" : ", ")
                    .append(lacks)
                    .append(" AND NOT ")
                    .append(is_empty("record", name));
        }
        const auto row = connection_.query("SELECT " + columns + " FROM " + both(), {from_, into_});
        row->next();
        std::vector<const Variable*> filled;
        unsigned column = 0;
        for (const auto& group : resource_.merging->filled)
            for (const std::string_view name : group)
                if (row->number(++column) != 0)
                    filled.push_back(&find(name));
        return filled;
    }

    std::string both() const {
        return quoted(resource_.table) + " AS record JOIN " + quoted(resource_.table) +
               " AS other ON record.id = ? AND other.id = ?";
    }

    std::string is_empty(std::string_view row, std::string_view name) const {
        return "COALESCE(" + std::string(row) + "." + quoted(find(name).column) + ", '') = ''";
    }

    // The other record gets a new version and time in any case, since its lists are outputs, too.
    void fill(const std::vector<const Variable*>& filled) {
        std::string sql;
        for (const Variable* variable : filled)
            sql += "other." + quoted(variable->column) + " = record." + quoted(variable->column) + ", ";
        if (resource_.versioned)
            sql += "other.version = other.version + 1, ";
        connection_.execute("UPDATE " + both() + " SET " + sql + "other.last_updated = SYSDATE()",
                            {from_, into_});
    }

    void join(const Joined& joined) {
        const Variable& variable = find(joined.variable);
        const ListTable& list = *variable.list;
        const std::string dates = dates_of(variable);
        std::uint64_t added = 0;
        if (!joined.single.empty())
            added += add_single(joined, list);
        if (!dates.empty())
            keep_earlier(list, dates);
        added += add_items(joined, list, dates);
        if (length_of(list) > max_list_items)
            plan_.refuse({code::too_many_values, std::string(resource_.known_by()),
                          "has values of " + std::string(joined.variable) + " that make more than " +
                              std::to_string(max_list_items) + " in the list of the other " +
                              std::string(resource_.names.noun)});
        plan_.told.emplace_back(joined.variable, std::to_string(added));
    }

    // Returns the column of the dates that go with a list. Empty if it has none.
    std::string dates_of(const Variable& variable) const {
        const Variable* dates = resource_.find(variable.companion);
        for (const Variable& one : resource_.variables)
            if (one.companion == variable.name)
                dates = &one;
        return dates == nullptr ? "" : quoted(dates->column);
    }

    std::uint64_t add_single(const Joined& joined, const ListTable& list) {
        const std::string value = "record." + quoted(find(joined.single).column);
        return connection_.execute("INSERT INTO " + quoted(list.table) + " (" + quoted(list.owner) +
                                       ", position, " + quoted(list.column) + ") SELECT other.id, ?, " +
                                       value + " FROM " + both() + " WHERE " + value + " <> ''" +
                                       not_there(joined, list, value),
                                   {last_position(list) + 1, from_, into_});
    }

    std::uint64_t add_items(const Joined& joined, const ListTable& list, const std::string& dates) {
        const std::string date = dates.empty() ? "" : ", " + dates;
        const std::string item = "item." + quoted(list.column);
        return connection_.execute(
            "INSERT INTO " + quoted(list.table) + " (" + quoted(list.owner) + ", position, " +
                quoted(list.column) + date + ") SELECT other.id, item.position + ?, " + item +
                (dates.empty() ? "" : ", item." + dates) + " FROM " + both() + " JOIN " + quoted(list.table) +
                " AS item ON item." + quoted(list.owner) + " = record.id WHERE TRUE" +
                not_there(joined, list, item),
            {last_position(list), from_, into_});
    }

    // Returns the condition that the other record has no such item, nor the same text beside its list.
    std::string not_there(const Joined& joined, const ListTable& list, const std::string& value) const {
        std::string sql = " AND NOT EXISTS (SELECT 1 FROM " + quoted(list.table) + " AS own WHERE own." +
                          quoted(list.owner) + " = other.id AND own." + quoted(list.column) + " = " + value +
                          ")";
        if (!joined.single.empty())
            sql += " AND other." + quoted(find(joined.single).column) + " <> " + value;
        return sql;
    }

    void keep_earlier(const ListTable& list, const std::string& dates) {
        const std::string table = quoted(list.table);
        const std::string owner = quoted(list.owner);
        const std::string item = quoted(list.column);
        connection_.execute("UPDATE " + table + " AS own JOIN " + table + " AS item ON item." + item +
                                " = own." + item + " AND item." + owner + " = ? SET own." + dates +
                                " = item." + dates + " WHERE own." + owner + " = ? AND item." + dates +
                                " < own." + dates,
                            {from_, into_});
    }

    std::uint64_t last_position(const ListTable& list) const {
        return number("SELECT COALESCE(MAX(position), 0) FROM ", list);
    }
    std::uint64_t length_of(const ListTable& list) const { return number("SELECT COUNT(*) FROM ", list); }

    std::uint64_t number(const std::string& select, const ListTable& list) const {
        const auto row =
            connection_.query(select + quoted(list.table) + " WHERE " + quoted(list.owner) + " = ?", {into_});
        row->next();
        return row->number(1);
    }

    Connection& connection_;
    WritePlan& plan_;
    const Resource& resource_;
    const std::uint64_t from_;
    const std::uint64_t into_;
};

}  // namespace

void merge_record(Connection& connection, WritePlan& plan, std::uint64_t into) {
    Merge(connection, plan, into).run();
}

}  // namespace helpdesk::db
