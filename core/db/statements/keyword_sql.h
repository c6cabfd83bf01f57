// Keywords in SQL. The index of words is two tables of ours. Those of tickets are
//
//   -- A row for each word of a ticket: which tickets have a word.
//   CREATE TABLE ticket_words (
//       word      VARBINARY(64)   NOT NULL,
//       ticket_id BIGINT UNSIGNED NOT NULL,
//       PRIMARY KEY (word, ticket_id)
//   ) ENGINE = InnoDB;
//   -- The same words, each after a blank: whether a ticket has a word, and its rows in ticket_words.
//   CREATE TABLE ticket_texts (
//       ticket_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
//       words     LONGBLOB        NOT NULL,
//       CONSTRAINT ticket_texts_ticket FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE CASCADE
//   ) ENGINE = InnoDB;
//
// Entries have words of their own in ticket_history, as ticket_texts has those of tickets. The rows of
// ticket_words lead to their tickets.
//
// core/search/README.md says why it is no FULLTEXT index, what it costs and how it is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "db/connection.h"
#include "request/select.h"

namespace helpdesk::db {

// The word of a keyword with which a list begins: the records that have it are gathered, and the other
// conditions are checked for each of them.
struct LeadingWord {
    const Condition* keyword;
    std::string word;
};

// The most rows that a leading word may have in the index. If every word has more, the records are read in
// the order of the list and each is checked for all words, since the page is full soon.
inline constexpr std::uint64_t most_gathered = 20'000;

// Returns the keyword of a selection, or null if it has none.
const Condition* keyword_of(const Selection& selection);

// Returns whether any part of a word counts, not only its beginning.
bool looks_for_parts(const Selection& selection);

// These two return SQL with one `?`, for the pattern of the word.
// Returns the condition that a record has the word. It is written so that the server cannot begin with the
// index, and gather all records of a common word for a short page.
Statement has_word(std::string_view record_id, const Selector& keyword, const std::string& word, bool part);
// Returns a SELECT of the IDs of the records that have a word with this beginning, each once.
Statement gather(const Selector& keyword, const std::string& word);

// Returns a SELECT of the number of rows that the index has for each word, which stops counting above
// `most_gathered`. It gives one row with a column for each word. Returns nothing if no word may lead: if
// there is no keyword; if its words may be any parts of words, for which the whole index would be read; or if
// the selection is a walk, which locks what it reads in the order of changes.
std::optional<Statement> count_rows(const Selection& selection);

// Returns the word with the fewest rows, from the result of count_rows(). Returns nothing if every word has
// too many rows, unless the list is read to its end anyway, for a count.
std::optional<LeadingWord> leading_word(const Selection& selection, const Rows& counts);

}  // namespace helpdesk::db
