#include "db/statements/selection_sql.h"

#include <string_view>
#include <utility>
#include <vector>

#include "db/statements/hidden.h"
#include "db/statements/record_sql.h"
#include "db/statements/viewer_sql.h"
#include "model/fields.h"
#include "model/path.h"
#include "request/check.h"
#include "text.h"

namespace helpdesk::db {
namespace {

// Returns the last text that begins with a prefix: the prefix, filled up to the length of the column with the
// replacement character U+FFFD, which has the highest weight in the table of the Unicode collation.
std::string last_with_prefix(const std::string& prefix, std::size_t length) {
    std::string last = prefix;
    for (std::size_t i = text::length(prefix); i < length; ++i)
        last += "\xEF\xBF\xBD";
    return last;
}

// Returns a pattern of LIKE for text that contains the value. `!` escapes wildcards, because the server reads
// a backslash differently in some of its modes.
std::string pattern_around(std::string_view value) {
    std::string pattern = "%";
    for (const char c : value) {
        if (c == '%' || c == '_' || c == '!')
            pattern += '!';
        pattern += c;
    }
    return pattern + "%";
}

std::string row_column(const std::string& row, std::string_view column) {
    return row + "." + quoted(column);
}

std::string equal(const std::string& one, const std::string& other) {
    return one + " = " + other;
}

// Returns the condition that one of the items of a row's list meets `condition`.
std::string has_item(const std::string& row, const ListTable& list, const std::string& condition) {
    return "EXISTS (SELECT 1 FROM " + quoted(list.table) + " AS item WHERE item." + quoted(list.owner) +
           " = " + row + ".id AND item." + quoted(list.column) + condition + ")";
}

class SelectionSql {
  public:
    explicit SelectionSql(const Resource& resource) : resource_(resource) {
        rows_.push_back({.table = resource.table, .alias = "record"});
    }

    void add(const Condition& condition) {
        const Selector& selector = *condition.selector;
        const std::vector<Hop> path = path_of(resource_, selector);
        for (const Comparison& comparison : selector.finder->meaning(condition.values)) {
            if (comparison.how == Compare::equal && !selector.is_of_one_column()) {
                find_first(selector, path, comparison);
                continue;
            }
            if (comparison.how == Compare::id_or_name) {
                add_named(id_at(path), path.back().resource->table, selector, condition.values.front());
                continue;
            }
            const std::string row = row_at(path);
            if (comparison.how == Compare::viewable_by_customer)
                add(viewable_by_customer(row, condition.values.front()));
            else if (comparison.how == Compare::visible_to_technician)
                add(visible_to_technician(row, condition.values.front()));
            else if (comparison.how == Compare::overdue || comparison.how == Compare::in_time)
                add_overdue(path.empty() ? resource_ : *path.back().resource, row,
                            comparison.how == Compare::overdue);
            else
                add_to_where(selector, row, comparison);
        }
        if (!selector.only_if.empty())
            add({.sql = row_column(rows_.front().alias, selector.only_if) + " = 'Y'", .parameters = {}});
    }

    // Adds the conditions of a keyword, of which one word may lead. Through a reference, the index leads to
    // the other record, and the texts are those of the record itself: all words are looked for in them.
    void add_keyword(const Condition& keyword, bool part, const std::optional<LeadingWord>& leading) {
        const Selector& selector = *keyword.selector;
        const std::vector<Hop> path = path_of(resource_, selector);
        if (leading) {
            const Statement ids = gather(selector, leading->word);
            found_.sql += "(" + ids.sql;
            found_.parameters.push_back(ids.parameters.front());
            join_found(path);
        }
        for (const std::string& word : keyword.values)
            if (!path.empty() || !leading || word != leading->word)
                add(has_word(rows_.front().alias + ".id", selector, word, part));
    }

    // Begins the join with the records that have the value, as find_first() does.
    void add_field(const Condition& condition, const std::string& text) {
        const Fields& fields = *resource_.find(any_field)->fields;
        found_.sql += "(SELECT " + quoted(fields.owner) + " AS id FROM " + quoted(fields.values) +
                      " WHERE field_id = ? AND value = ?";
        found_.parameters.emplace_back(parse_id(condition.values.front()).value_or(0));
        found_.parameters.emplace_back(text);
        join_found({});
    }

    void add(const Statement& condition) {
        where_.sql += (where_.sql.empty() ? " WHERE " : " AND ") + condition.sql;
        where_.parameters.insert(where_.parameters.end(), condition.parameters.begin(),
                                 condition.parameters.end());
    }

    void append_to(Statement& statement, const std::string& joins) const {
        statement.sql += " FROM " + found_.sql;
        for (const Row& row : rows_) {
            statement.sql +=
                (&row == &rows_.front() ? "" : " JOIN ") + quoted(row.table) + " AS " + row.alias;
            for (const std::string& on : row.on)
                statement.sql += (&on == &row.on.front() ? " ON " : " AND ") + on;
        }
        statement.sql += joins + where_.sql;
        for (const Statement* part : {&found_, &where_})
            statement.parameters.insert(statement.parameters.end(), part->parameters.begin(),
                                        part->parameters.end());
    }

  private:
    // A table, and how it is joined to those before.
    struct Row {
        std::string_view table;
        std::string alias;
        std::vector<std::string> on = {};
        std::string joined_to = {};  // what has its ID
    };

    static std::vector<Parameter> parameters_of(const Comparison& comparison) {
        std::vector<Parameter> parameters;
        for (const auto& value : comparison.values)
            std::visit([&](const auto& one) { parameters.emplace_back(one); }, value);
        return parameters;
    }

    // Returns the alias of the table at the end of the path. Selectors with the same path share it.
    std::string row_at(std::span<const Hop> path) {
        std::string alias = rows_.front().alias;
        for (const Hop& hop : path) {
            const std::string id = row_column(alias, hop.column);
            const auto known =
                std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.joined_to == id; });
            if (known != rows_.end()) {
                alias = known->alias;
                continue;
            }
            alias = "via" + std::to_string(rows_.size());
            rows_.push_back({hop.resource->table, alias, {equal(alias + ".id", id)}, id});
        }
        return alias;
    }

    // Finds the IDs of the records that have a value in any of the columns and lists, each once, by the index
    // of each. Begins the join with them, since that narrows the list most.
    void find_first(const Selector& selector, std::span<const Hop> path, const Comparison& comparison) {
        const std::vector<Parameter> values = parameters_of(comparison);
        const std::string_view table = path.empty() ? resource_.table : path.back().resource->table;
        std::string select = looks_in_one_place(selector) ? "SELECT DISTINCT " : "SELECT ";
        found_.sql += "(";
        const auto add_place = [&](const std::string& id, std::string_view from, std::string_view column) {
            found_.sql += select + id + " FROM " + quoted(from) + " WHERE ";
            add_in(found_, quoted(column), values);
            select = " UNION SELECT ";
        };
        for (const std::string_view column : selector.columns)
            add_place("id", table, column);
        for (const ListTable* list : selector.lists)
            add_place(quoted(list->owner) + " AS id", list->table, list->column);
        join_found(path);
    }

    // Returns the column that has the ID of the record at the end of the path. The last hop's table need not
    // be read.
    std::string id_at(std::span<const Hop> path) {
        return path.empty() ? rows_.front().alias + ".id"
                            : row_column(row_at(path.first(path.size() - 1)), path.back().column);
    }

    // Ends a derived table of IDs, and joins it.
    void join_found(std::span<const Hop> path) {
        const std::string alias = "found" + std::to_string(++found_count_);
        found_.sql += ") AS " + alias + " JOIN ";
        const std::string id = id_at(path);
        const std::string row = id.substr(0, id.find('.'));
        std::find_if(rows_.begin(), rows_.end(), [&](const Row& one) {
            return one.alias == row;
        })->on.push_back(id + " = " + alias + ".id");
    }

    static bool looks_in_one_place(const Selector& selector) {
        return selector.columns.size() + selector.lists.size() == 1;
    }

    void add_to_where(const Selector& selector, const std::string& row, const Comparison& comparison) {
        where_.sql += where_.sql.empty() ? " WHERE " : " AND ";
        switch (comparison.how) {
            case Compare::contains:
                return add_contains(selector, row, comparison);
            case Compare::missing:
            case Compare::present:
                return add_presence(selector, row, comparison.how == Compare::present);
            default:
                add_comparison(row_column(row, selector.columns.front()), selector, comparison);
        }
    }

    void add_presence(const Selector& selector, const std::string& row, bool present) {
        const bool either = present && selector.columns.size() > 1;
        std::string separator = either ? "(" : "";
        for (const std::string_view column : selector.columns) {
            where_.sql += separator + row_column(row, column) + (present ? " IS NOT NULL" : " IS NULL");
            separator = present ? " OR " : " AND ";
        }
        where_.sql += either ? ")" : "";
    }

    void add_overdue(const Resource& resource, const std::string& row, bool overdue) {
        const std::string sql = is_overdue(*resource.deadline, row);
        add({.sql = overdue ? sql : "NOT COALESCE(" + sql + ", FALSE)", .parameters = {}});
    }

    void add_named(const std::string& id, std::string_view table, const Selector& selector,
                   const std::string& text) {
        const std::string select = "(SELECT id FROM " + quoted(table) + " WHERE ";
        const std::string by_name = select + quoted(selector.columns.front()) + " = ?)";
        if (const auto number = parse_id(text))
            add({.sql = id + " = COALESCE(" + select + "id = ?), " + by_name + ")",
                 .parameters = {*number, text}});
        else
            add({.sql = id + " = " + by_name, .parameters = {text}});
    }

    void add_contains(const Selector& selector, const std::string& row, const Comparison& comparison) {
        static const std::string like = " LIKE ? ESCAPE '!'";
        const std::string pattern = pattern_around(std::get<std::string>(comparison.values.front()));
        std::string separator = "(";
        const auto add_place = [&](const std::string& condition) {
            where_.sql += separator + condition;
            where_.parameters.emplace_back(pattern);
            separator = " OR ";
        };
        for (const std::string_view column : selector.columns)
            add_place(row_column(row, column) + like);
        for (const ListTable* list : selector.lists)
            add_place(has_item(row, *list, like));
        where_.sql += ")";
    }

    void add_comparison(const std::string& column, const Selector& selector, const Comparison& comparison) {
        const auto with = [&](const char* sign, Parameter value) {
            where_.sql += column + sign;
            where_.parameters.push_back(std::move(value));
        };
        std::vector<Parameter> values = parameters_of(comparison);
        switch (comparison.how) {
            case Compare::equal:
                return add_in(where_, column, values);
            case Compare::at_least:
                return with(" >= ?", values.front());
            case Compare::above:
                return with(" > ?", values.front());
            case Compare::below:
                return with(" < ?", values.front());
            case Compare::at_most:
                return with(" <= ?", values.front());
            case Compare::up_to_prefix:
                return with(" <= ?", last_with_prefix(std::get<std::string>(values.front()), selector.limit));
            default:
                break;
        }
    }

    const Resource& resource_;
    Statement found_;
    int found_count_ = 0;
    std::vector<Row> rows_;
    Statement where_;
};

// Returns whether a condition says which records are listed: those that are deleted, or the others.
bool is_of_deleted(const Resource& resource, const Condition& condition) {
    const Selector& selector = *condition.selector;
    return !resource.deleted.empty() && selector.through.empty() && !selector.columns.empty() &&
           selector.columns.front() == resource.deleted;
}

// Deleted records are listed if a selector asks for them.
Statement not_hidden(const Selection& selection) {
    const Resource& resource = selection.action->resource;
    const bool deleted = std::any_of(
        selection.conditions.begin(), selection.conditions.end(), [&](const Condition& condition) {
            return is_of_deleted(resource, condition) && condition.values.front() == "Y";
        });
    return {.sql = "(TRUE" + and_not_hidden(resource, "record", deleted) + ")", .parameters = {}};
}

}  // namespace

void add_selection(Statement& statement, const Selection& selection, const std::string& joins,
                   const Statement& walk_condition, const std::optional<LeadingWord>& leading,
                   std::span<const std::string> field_texts) {
    SelectionSql sql(selection.action->resource);
    const bool walking = !walk_condition.sql.empty();
    std::size_t field = 0;
    for (const Condition& condition : selection.conditions) {
        const Finder& finder = *condition.selector->finder;
        // A position in a walk does not apply to a count, which is of the whole walk.
        const bool is_position = finder.continues_walk && selection.walk() != nullptr;
        if (finder.finds_words)
            sql.add_keyword(condition, looks_for_parts(selection), leading);
        else if (finder.finds_fields)
            sql.add_field(condition, field_texts[field++]);
        else if (!is_position && !(walking && finder.is_walk()) &&
                 !is_of_deleted(selection.action->resource, condition))
            sql.add(condition);
    }
    if (walking)
        sql.add(walk_condition);
    if (!selection.hidden_too && may_be_hidden(selection.action->resource))
        sql.add(not_hidden(selection));
    sql.append_to(statement, joins);
}

std::string order_of(const Selection& selection) {
    const Resource& resource = selection.action->resource;
    const std::string direction = selection.descending ? " DESC" : "";
    std::string first;
    if (selection.order != nullptr) {
        first = expression(*selection.order);
        // A choice is sorted by its text: by default, the server sorts it by its place in the column's
        // declaration.
        if (selection.order->form == Form::choice)
            first = as_text(first);
        const Variable* variable = shown_variable(*selection.order);
        if (variable != nullptr && variable->kind->none_is_last)
            first = first + " IS NULL" + direction + ", " + first;
    } else {
        first = "record." + quoted(selection.own_order());
    }
    const std::string id = "record.`id`";
    if (first == id)
        return " ORDER BY " + id + direction;
    // The identifier is unique: its index alone gives the order.
    const Variable* name = resource.name();
    const bool by_identifier = name != nullptr && first == "record." + quoted(name->column);
    return " ORDER BY " + first + direction + (by_identifier ? "" : ", " + id + direction);
}

bool is_in_order(const Selection& selection) {
    return std::all_of(
        selection.conditions.begin(), selection.conditions.end(), [](const Condition& condition) {
            const Selector& selector = *condition.selector;
            return !selector.finder->selects() || (selector.is_of_one_column() && selector.through.empty());
        });
}

}  // namespace helpdesk::db
