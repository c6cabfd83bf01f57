#include "search/words.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <span>
#include <unordered_set>

#include "search/html.h"

namespace helpdesk::search {
namespace {

struct Range {
    char32_t first, last;
};

template <std::size_t size>
bool is_in(const std::array<Range, size>& ranges, char32_t code) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const Range& range) { return code >= range.first && code <= range.last; });
}

// The scripts without blanks between words: Thai, Lao, Burmese, Khmer, kana and Han.
constexpr std::array unspaced = {
    Range{0x0E00, 0x0EFF}, Range{0x1000, 0x109F}, Range{0x1780, 0x17FF},   Range{0x3005, 0x3007},
    Range{0x3040, 0x30FF}, Range{0x31F0, 0x31FF}, Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
    Range{0xF900, 0xFAFF}, Range{0xA9E0, 0xA9FF}, Range{0x1AFF0, 0x1B16F}, Range{0x20000, 0x3FFFF},
};

// A letter with a stroke, or a ligature, that Unicode does not decompose, and how people write it in plain
// letters.
struct Letter {
    char32_t code;
    std::string_view plain;
};
constexpr std::array letters = {
    Letter{0xE6, "ae"}, Letter{0xF8, "o"},  Letter{0x111, "d"},  Letter{0x127, "h"},
    Letter{0x131, "i"}, Letter{0x142, "l"}, Letter{0x153, "oe"}, Letter{0x167, "t"},
};

// Returns whether a mark is an accent or a vowel point, by its combining class: the points of Hebrew and
// Arabic, and the marks above, below or through a letter. Other marks are vowels, or make another letter of a
// kana.
bool is_accent(const utf8proc_property_t& property) {
    const bool point = property.combining_class >= 10 && property.combining_class <= 36;
    return point || property.combining_class >= 200;
}

constexpr char32_t arabic_stretch = 0x640;

bool is_letter_or_digit(const utf8proc_property_t& property) {
    switch (property.category) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return true;
        default:
            return false;
    }
}

class Words {
  public:
    // Folds a character, and adds the characters into which it decomposes.
    void add(char32_t code) {
        if (code < 0x80)
            return add_ascii(static_cast<char>(code));
        // No character decomposes into more than 18.
        std::array<utf8proc_int32_t, 32> parts{};
        constexpr auto options = static_cast<utf8proc_option_t>(
            UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
        const utf8proc_ssize_t count =
            utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), parts.data(),
                                    static_cast<utf8proc_ssize_t>(parts.size()), options, nullptr);
        for (utf8proc_ssize_t i = 0; i < count && i < static_cast<utf8proc_ssize_t>(parts.size()); ++i)
            add_folded(static_cast<char32_t>(parts.at(static_cast<std::size_t>(i))));
    }

    void end_word() {
        if (!previous_.empty())
            keep(previous_);
        else if (!word_.empty())
            keep(word_);
        word_.clear();
        previous_.clear();
        full_ = false;
    }

    bool has_room() const { return words_.size() < most_words; }

    std::vector<std::string> finish() {
        end_word();
        std::vector<std::string> words(words_.begin(), words_.end());
        std::sort(words.begin(), words.end());
        return words;
    }

  private:
    void add_ascii(char c) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            append({&c, 1});
        else
            end_word();
    }

    void add_folded(char32_t code) {
        if (code < 0x80)
            return add_ascii(static_cast<char>(code));
        const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(code));
        if (is_accent(property) || code == arabic_stretch)
            return;
        if (!is_letter_or_digit(property))
            return end_word();
        const auto* const letter =
            std::find_if(letters.begin(), letters.end(), [&](const Letter& one) { return one.code == code; });
        if (letter != letters.end())
            return append(letter->plain);
        std::array<utf8proc_uint8_t, 4> bytes{};
        const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes.data());
        const std::string_view character(reinterpret_cast<const char*>(bytes.data()),
                                         static_cast<std::size_t>(size));
        if (is_in(unspaced, code))
            add_to_pair(character);
        else
            append(character);
    }

    void append(std::string_view character) {
        if (!previous_.empty())
            end_word();
        full_ = full_ || word_.size() + character.size() > longest_word;
        if (!full_)
            word_ += character;
    }

    void add_to_pair(std::string_view character) {
        if (previous_.empty())
            end_word();
        else
            keep(previous_ + std::string(character));
        previous_ = character;
    }

    void keep(const std::string& word) {
        if (has_room())
            words_.insert(word);
    }

    std::unordered_set<std::string> words_;
    std::string word_;
    bool full_ = false;     // the rest of this word does not count
    std::string previous_;  // the character before, in a script without blanks
};

char32_t next_character(std::string_view& text) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t size =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4)), &code);
    text.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 1);
    return size > 0 ? static_cast<char32_t>(code) : U' ';
}

}  // namespace

std::vector<std::string> words_of(std::string_view text, Markup markup) {
    Words words;
    while (!text.empty() && words.has_room()) {
        if (markup == Markup::html && text.front() == '<') {
            if (skip_tag(text))
                words.end_word();
        } else if (markup == Markup::html && text.front() == '&') {
            words.add(next_entity(text));
        } else {
            words.add(next_character(text));
        }
    }
    return words.finish();
}

std::string words_as_text(std::string_view text, Markup markup) {
    std::string words;
    for (const std::string& word : words_of(text, markup))
        words.append(" ").append(word);
    return words;
}

std::vector<std::string> keywords_of(std::string_view text) {
    std::vector<std::string> words = words_of(text);
    // The words that begin with a word come right after it.
    const auto begins_next = [&](const std::string& word) {
        const std::string* const next = &word + 1;
        return next != words.data() + words.size() && next->starts_with(word);
    };
    std::vector<std::string> keywords;
    std::copy_if(words.begin(), words.end(), std::back_inserter(keywords),
                 [&](const std::string& word) { return !begins_next(word); });
    return keywords;
}

}  // namespace helpdesk::search
