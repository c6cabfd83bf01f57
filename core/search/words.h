// Splits text into the words by which a search finds it. The same function does this for the index
// (db/statements/keyword_sql.h) and for the keywords of a request, so that MariaDB and MySQL give the same
// answers, whatever their own word breakers, collations and stop words are.
//
// A word is a run of letters and digits. Everything else separates words, also in `info@example.com`,
// `INV-2041` and `don't`. Case and accents do not count: `Ärger` is `arger`, in NFC as in NFD, `Straße` is
// `strasse`, and the Turkish `İ`, `I`, `ı` and `i` are one letter. Marks that are letters of their own, such
// as the vowels of Hindi and Thai, stay. Symbols and emoji are no words.
//
// Text in scripts without blanks between words (Chinese, Japanese, Thai, Lao, Burmese, Khmer) is split into
// overlapping pairs of characters, and the last character alone: `東京都` is `東京`, `京都` and `都`. So any
// part of such a text is found.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk::search {

// The most bytes of UTF-8 that count in a word, which is cut between characters. Longer words are found by
// their beginnings.
inline constexpr std::size_t longest_word = 64;

// The most different words that count in a text: those that come first. A novel has about 10,000.
inline constexpr std::size_t most_words = 50'000;

// The most different words that count in a record, of all its texts together: those that came first. As one
// text, as the index keeps them, they are far smaller than the largest value of a server (16 MB, by default).
inline constexpr std::size_t most_words_of_record = 100'000;

enum class Markup {
    none,
    html,  // tags, comments, scripts and styles are no words, and `&eacute;` is a letter
};

// Returns the different words of a text, which should be UTF-8, in the order of their bytes. The two limits
// bound the memory that it needs, however long the text is.
std::vector<std::string> words_of(std::string_view text, Markup markup = Markup::none);

// Returns these words as one text, each after a blank, so that `% w%` is LIKE those with a word that begins
// with `w`.
std::string words_as_text(std::string_view text, Markup markup = Markup::none);

// Returns the words whose beginnings a record must have: those of the text, without those with which another
// one begins. Empty if there is nothing to search for.
std::vector<std::string> keywords_of(std::string_view text);

}  // namespace helpdesk::search
