// Text as the words that a search finds it by. The index (db/statements/keyword_sql.h) and the keywords of a
// request are cut by the same function, so that both servers give the same answer whatever their own word
// breakers, collations and stop words are.
//
// A word is a run of letters and digits; everything else parts words, the marks of `info@example.com`,
// `INV-2041` and `don't` too. Case and accents do not count: `Ärger` is `arger`, in NFC as in NFD, `Straße`
// is `strasse`, and the Turkish `İ`, `I`, `ı` and `i` are one letter. Marks that are letters of their own,
// such as the vowels of Hindi and Thai, stay. Symbols and emoji are no words.
//
// Scripts that put no blanks between words (Chinese, Japanese, Thai, Lao, Burmese, Khmer) are cut into
// overlapping pairs of characters, and the last character alone: `東京都` is `東京`, `京都` and `都`. Any
// part of such a text is thereby found.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk::search {

// The bytes of UTF-8 that count of a word, a whole number of characters. Longer words are found by their
// beginnings.
inline constexpr std::size_t longest_word = 64;

// The different words that count of a text, the first ones. A novel has about 10,000; whoever sends more
// sends data.
inline constexpr std::size_t most_words = 50'000;

enum class Markup {
    none,
    html,  // tags, comments, scripts and styles are no words, and `&eacute;` is a letter
};

// The different words of a text, which must be UTF-8, in the order of their bytes. Memory is bounded by the
// two limits, not by the text.
std::vector<std::string> words_of(std::string_view text, Markup markup = Markup::none);

// The words of which a record must have the beginnings: those of the text, without those that begin another.
// Empty: there is nothing to search for.
std::vector<std::string> keywords_of(std::string_view text);

}  // namespace helpdesk::search
