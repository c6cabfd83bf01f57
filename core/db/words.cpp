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

// How many texts one statement reads at first, and at most, and the most bytes of each. Longer ones are read
// by themselves, so that the memory for one of them is enough, however long all of them are together.
constexpr std::size_t texts_at_first = 4;
constexpr std::size_t texts_at_once = 32;
constexpr std::uint64_t longest_at_once = std::uint64_t{32} * 1024;

// The cost of a text beside its bytes, in bytes.
constexpr std::uint64_t cost_of_text = 1024;

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

std::vector<std::string> cut(const std::string& text, bool is_html) {
    return search::words_of(text, is_html ? search::Markup::html : search::Markup::none);
}

// The words of one record, up to the most that the index has of it. The server could not take a longer list.
class BoundedWords {
  public:
    explicit BoundedWords(const Connection& connection, Words words = {})
        : most_bytes_(connection.largest_packet() / 2), words_(std::move(words)) {
        for (const std::string& word : words_)
            bytes_ += word.size() + 1;
    }

    bool has_room() const {
        return words_.size() < search::most_words_of_record &&
               bytes_ + search::longest_word + 1 <= most_bytes_;
    }

    // Returns whether the word is a new one for which there is room.
    bool add(const std::string& word) {
        if (!has_room() || !words_.insert(word).second)
            return false;
        bytes_ += word.size() + 1;
        return true;
    }

    void add_all(const std::vector<std::string>& words) {
        for (const std::string& word : words)
            add(word);
    }

    const Words& words() const { return words_; }
    Words take() { return std::move(words_); }

  private:
    const std::uint64_t most_bytes_;
    Words words_;
    std::uint64_t bytes_ = 0;
};

// Reads all texts of a record, a few at once.
class Texts {
  public:
    // `most` is how much may be read.
    Texts(Connection& connection, std::uint64_t most) : connection_(connection), left_(most) {}

    // Adds the words of the texts, in their order, as long as there is room. Returns false if there was more
    // to read.
    bool read(const WordSource& source, std::uint64_t record, BoundedWords& words) {
        const std::vector<std::uint64_t> rows = find(source, record);
        // To pass over a long text, the server reads it. So those after one are read one by one.
        std::size_t at_once = texts_at_first;
        for (std::size_t done = 0; done < rows.size() && words.has_room() && left_ > 0;) {
            const std::size_t count = std::min(at_once, rows.size() - done);
            const bool are_short = count == 1
                                       ? read_one(source, rows[done], words)
                                       : read_some(source, std::span(rows).subspan(done, count), words);
            at_once = are_short ? std::min(texts_at_once, 2 * at_once) : 1;
            done += count;
        }
        return left_ > 0;
    }

  private:
    // Returns the numbers of the rows with the texts, which an index gives without them.
    std::vector<std::uint64_t> find(const WordSource& source, std::uint64_t record) {
        if (source.owner == "id")
            return {record};
        const auto row = connection_.query(
            "SELECT id FROM " + quoted(source.table) + " WHERE " + quoted(source.owner) + " = ?", {record});
        std::vector<std::uint64_t> rows;
        while (row->next())
            rows.push_back(row->number(1));
        std::sort(rows.begin(), rows.end());
        return rows;
    }

    // Returns whether all of the texts are short.
    bool read_some(const WordSource& source, std::span<const std::uint64_t> rows, BoundedWords& words) {
        const std::string column = quoted(source.column);
        const std::string is_long = "LENGTH(" + column + ") > " + std::to_string(longest_at_once);
        Statement statement{.sql = "SELECT IF(" + is_long + ", id, 0), IF(" + is_long + ", '', " + column +
                                   "), " + is_html(source) + " FROM " + quoted(source.table) + " WHERE ",
                            .parameters = {}};
        add_in(statement, "id", rows);
        std::vector<std::uint64_t> long_ones;
        const auto row = connection_.query(statement.sql + " ORDER BY id", statement.parameters);
        while (row->next())
            if (row->number(1) != 0)
                long_ones.push_back(row->number(1));
            else
                add(row->text(2), row->number(3) != 0, words);
        for (const std::uint64_t number : long_ones)
            if (left_ > 0 && words.has_room())
                read_one(source, number, words);
        return long_ones.empty();
    }

    // Returns whether the text is short.
    bool read_one(const WordSource& source, std::uint64_t number, BoundedWords& words) {
        const auto row = connection_.query("SELECT " + quoted(source.column) + ", " + is_html(source) +
                                               " FROM " + quoted(source.table) + " WHERE id = ?",
                                           {number});
        if (!row->next())
            return true;
        const std::string text = row->text(1);
        add(text, row->number(2) != 0, words);
        return text.size() <= longest_at_once;
    }

    static std::string is_html(const WordSource& source) {
        return source.html.empty() ? "0" : quoted(source.html) + " = 'html'";
    }

    void add(const std::string& text, bool is_html, BoundedWords& words) {
        left_ -= std::min<std::uint64_t>(left_, text.size() + cost_of_text);
        if (words.has_room())
            words.add_all(cut(text, is_html));
    }

    Connection& connection_;
    std::uint64_t left_;
};

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
    const std::string sql =
        "DELETE FROM " + quoted(index.words->table) + " WHERE " + quoted(index.words->owner) + " = ? AND ";
    for (auto word = words.begin(); word != words.end();) {
        std::vector<std::string> some;
        while (some.size() < most_rows && word != words.end())
            some.push_back(*word++);
        Statement statement{.sql = sql, .parameters = {number}};
        add_in(statement, quoted(index.words->column), some);
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
            for (std::string& word : cut(text.text, text.is_html))
                added[text.number].insert(std::move(word));
    for (const auto& [number, words] : added)
        numbers.push_back(number);
    if (numbers.empty())
        return;
    WordsOfRecords known = indexed(connection, index, numbers);
    for (auto& [number, words] : added) {
        const auto found = known.find(number);
        BoundedWords all(connection, found == known.end() ? Words() : std::move(found->second));
        std::erase_if(words, [&](const std::string& word) { return !all.add(word); });
    }
    add_rows(connection, index, added);
    std::erase_if(
        added, [&](const auto& one) { return one.second.empty() && known.find(one.first) != known.end(); });
    store_lists(connection, index, added, false);
}

// Returns false if there is more text than may be read.
bool renew(Connection& connection, const WordIndex& index, std::uint64_t number, std::uint64_t most_text) {
    const Words known = indexed(connection, index, {number})[number];
    BoundedWords words(connection);
    Texts texts(connection, most_text);
    for (const WordSource& source : index.sources)
        if (words.has_room() && !texts.read(source, number, words))
            return false;
    remove_rows(connection, index, number, without(known, words.words()));
    // Put into braces, the words would be copied.
    WordsOfRecords added;
    added.emplace(number, without(words.words(), known));
    add_rows(connection, index, added);
    WordsOfRecords all;
    all.emplace(number, words.take());
    store_lists(connection, index, all, true);
    return true;
}

}  // namespace

bool index_texts(Connection& connection, std::span<const IndexedText> texts, std::uint64_t most_text) {
    std::set<std::pair<const WordIndex*, std::uint64_t>> renewed;
    std::set<const WordIndex*> indexes;
    for (const IndexedText& text : texts) {
        indexes.insert(text.index);
        if (text.renews)
            renewed.emplace(text.index, text.number);
    }
    for (const WordIndex* index : indexes)
        add_texts(connection, *index, texts);
    return std::all_of(renewed.begin(), renewed.end(),
                       [&](const auto& one) { return renew(connection, *one.first, one.second, most_text); });
}

void drop_words(Connection& connection, const WordIndex& index, std::uint64_t number) {
    remove_rows(connection, index, number, indexed(connection, index, {number})[number]);
}

}  // namespace helpdesk::db
