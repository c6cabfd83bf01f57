#include "db/words.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "db/statements/record_sql.h"
#include "search/words.h"

namespace helpdesk::db {
namespace {

using Words = std::set<std::string>;
using WordsOfRecords = std::map<std::uint64_t, Words>;

// A power of two rows at once, so that few prepared statements serve all numbers.
constexpr std::size_t most_rows = 512;

std::size_t rows_at_once(std::size_t left) {
    std::size_t count = most_rows;
    while (count > left)
        count /= 2;
    return count;
}

// An insert of so many rows of two columns. A row that is there already gets `instead` in the column.
std::string insert_of(std::size_t count, std::string_view table, const std::string& columns,
                      const std::string& column, const std::string& instead) {
    std::string rows;
    for (std::size_t i = 0; i < count; ++i)
        rows += i == 0 ? "(?, ?)" : ", (?, ?)";
    return "INSERT INTO " + quoted(table) + " (" + columns + ") VALUES " + rows +
           " ON DUPLICATE KEY UPDATE " + column + " = " + instead;
}

// As ticket_texts has them: each after a blank.
std::string joined(const Words& words) {
    std::string text;
    for (const std::string& word : words)
        text.append(" ").append(word);
    return text;
}

Words split(const std::string& text) {
    Words words;
    for (std::size_t begin = 1; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        words.insert(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

Words without(const Words& words, const Words& others) {
    Words left;
    std::set_difference(words.begin(), words.end(), others.begin(), others.end(),
                        std::inserter(left, left.end()));
    return left;
}

void cut(const std::string& text, bool is_html, Words& words) {
    for (std::string& word : search::words_of(text, is_html ? search::Markup::html : search::Markup::none))
        words.insert(std::move(word));
}

// The words that the index has, whose rows are locked: others that index the same records wait.
WordsOfRecords indexed(Connection& connection, const WordIndex& index,
                       const std::vector<std::uint64_t>& numbers) {
    const std::string owner = quoted(index.texts->owner);
    Statement statement{.sql = "SELECT " + owner + ", " + quoted(index.texts->column) + " FROM " +
                               quoted(index.texts->table) + " WHERE ",
                        .parameters = {}};
    add_in(statement, owner, numbers);
    const auto row =
        connection.query(statement.sql + " ORDER BY " + owner + " FOR UPDATE", statement.parameters);
    WordsOfRecords words;
    while (row->next())
        words[row->number(1)] = split(row->text(2));
    return words;
}

// Adds rows for words that the index does not have.
void add_rows(Connection& connection, const WordIndex& index, const WordsOfRecords& added) {
    std::vector<std::pair<const std::string*, std::uint64_t>> rows;
    for (const auto& [number, words] : added)
        for (const std::string& word : words)
            rows.emplace_back(&word, number);
    std::sort(rows.begin(), rows.end(),
              [](const auto& one, const auto& other) { return *one.first < *other.first; });
    const std::string column = quoted(index.words->column);
    const std::string columns = column + ", " + quoted(index.words->owner);
    for (std::size_t done = 0; done < rows.size();) {
        const std::size_t count = rows_at_once(rows.size() - done);
        std::vector<Parameter> parameters;
        for (std::size_t i = done; i < done + count; ++i) {
            parameters.emplace_back(*rows[i].first);
            parameters.emplace_back(rows[i].second);
        }
        connection.execute(insert_of(count, index.words->table, columns, column, column), parameters);
        done += count;
    }
}

void remove_rows(Connection& connection, const WordIndex& index, std::uint64_t number, const Words& words) {
    std::vector<std::string> removed(words.begin(), words.end());
    const std::string sql =
        "DELETE FROM " + quoted(index.words->table) + " WHERE " + quoted(index.words->owner) + " = ? AND ";
    for (std::size_t done = 0; done < removed.size(); done += most_rows) {
        const std::size_t count = std::min(most_rows, removed.size() - done);
        Statement statement{.sql = sql, .parameters = {number}};
        add_in(statement, quoted(index.words->column), std::span(removed).subspan(done, count));
        connection.execute(statement.sql, statement.parameters);
    }
}

// Writes the lists of records' words: behind those that they have, or in their place. Both servers know this
// spelling for the value that a row would have got.
void store_lists(Connection& connection, const WordIndex& index, const WordsOfRecords& lists, bool replaces) {
    const std::string column = quoted(index.texts->column);
    const std::string columns = quoted(index.texts->owner) + ", " + column;
    const std::string given = "VALUES(" + column + ")";
    const std::string list_stored = replaces ? given : "CONCAT(" + column + ", " + given + ")";
    for (auto list = lists.begin(); list != lists.end();) {
        const std::size_t count = rows_at_once(static_cast<std::size_t>(std::distance(list, lists.end())));
        std::vector<Parameter> parameters;
        for (std::size_t i = 0; i < count; ++i, ++list) {
            parameters.emplace_back(list->first);
            parameters.emplace_back(joined(list->second));
        }
        connection.execute(insert_of(count, index.texts->table, columns, column, list_stored), parameters);
    }
}

void add_texts(Connection& connection, const WordIndex& index, std::span<const IndexedText> texts) {
    WordsOfRecords added;
    std::vector<std::uint64_t> numbers;
    for (const IndexedText& text : texts)
        if (text.index == &index && !text.renews)
            cut(text.text, text.is_html, added[text.number]);
    for (const auto& [number, words] : added)
        numbers.push_back(number);
    if (numbers.empty())
        return;
    const WordsOfRecords known = indexed(connection, index, numbers);
    for (auto& [number, words] : added)
        if (const auto found = known.find(number); found != known.end())
            words = without(words, found->second);
    add_rows(connection, index, added);
    std::erase_if(
        added, [&](const auto& one) { return one.second.empty() && known.find(one.first) != known.end(); });
    store_lists(connection, index, added, false);
}

void renew(Connection& connection, const WordIndex& index, std::uint64_t number) {
    const Words known = indexed(connection, index, {number})[number];
    Words words;
    for (const WordSource& source : index.sources) {
        const auto row = connection.query(
            "SELECT " + quoted(source.column) + ", " +
                (source.html.empty() ? std::string("'N'") : quoted(source.html) + " = 'html'") + " FROM " +
                quoted(source.table) + " WHERE " + quoted(source.owner) + " = ?",
            {number});
        while (row->next())
            cut(row->text(1), !source.html.empty() && row->number(2) != 0, words);
    }
    remove_rows(connection, index, number, without(known, words));
    add_rows(connection, index, {{number, without(words, known)}});
    store_lists(connection, index, {{number, words}}, true);
}

}  // namespace

void index_texts(Connection& connection, std::span<const IndexedText> texts) {
    std::set<std::pair<const WordIndex*, std::uint64_t>> renewed;
    std::set<const WordIndex*> indexes;
    for (const IndexedText& text : texts) {
        indexes.insert(text.index);
        if (text.renews)
            renewed.emplace(text.index, text.number);
    }
    for (const WordIndex* index : indexes)
        add_texts(connection, *index, texts);
    for (const auto& [index, number] : renewed)
        renew(connection, *index, number);
}

void drop_words(Connection& connection, const WordIndex& index, std::uint64_t number) {
    remove_rows(connection, index, number, indexed(connection, index, {number})[number]);
}

}  // namespace helpdesk::db
