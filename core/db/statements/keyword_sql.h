// Keywords in SQL. The index of words is two tables of ours. Those of tickets are
//
//   -- A row for each word of a ticket: which tickets have a word.
//   CREATE TABLE ticket_words (
//       word      VARBINARY(64)   NOT NULL,
//       ticket_id BIGINT UNSIGNED NOT NULL,
//       PRIMARY KEY (word, ticket_id)
//   ) ENGINE = InnoDB;
//   -- The same words, each after a blank: whether a ticket has a word, and which rows it has in
//   ticket_words. CREATE TABLE ticket_texts (
//       ticket_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
//       words     LONGBLOB        NOT NULL,
//       CONSTRAINT ticket_texts_ticket FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE CASCADE
//   ) ENGINE = InnoDB;
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

// A word of a selection's keyword from which the list begins: the records that have it are gathered, and the
// other conditions are checked for each.
struct LeadingWord {
    const Condition* keyword;
    std::string word;
};

// The most rows of the index that a leading word may have. If every word has more, records are taken in the
// order of the list, and each is checked for all the words, since the page is full soon.
inline constexpr std::uint64_t most_gathered = 20'000;

// The keyword of a selection; null if there is none.
const Condition* keyword_of(const Selection& selection);

// Whether any part of a word counts, not only its beginning.
bool looks_for_parts(const Selection& selection);

// A condition on a record, or a query, with the pattern that is the value of its only `?`.
// The first is that the record has such a word. It is written so that the server cannot turn it round, and
// gather all records of a common word for a page of a few.
Statement has_word(std::string_view record_id, const Selector& keyword, const std::string& word, bool part);
// SELECTs the IDs of the records that have a word with this beginning, once each.
Statement gather(const Selector& keyword, const std::string& word);

// Asks how many rows the index has for each word, at most `most_gathered` and one more. The answer is a row
// with a column for each word. Nothing if no word may lead: there is no keyword, or its words are parts, for
// which the whole index would be read; or the selection is a walk, which locks what it reads in the order of
// changes.
std::optional<Statement> count_rows(const Selection& selection);

// The word with the fewest rows, by the answer to count_rows(); nothing if each has too many, unless the list
// is read to its end anyway, for a count.
std::optional<LeadingWord> leading_word(const Selection& selection, const Rows& counts);

}  // namespace helpdesk::db
