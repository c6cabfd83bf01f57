// The finders by the words of a record's texts.
#include "model/finder.h"
#include "search/words.h"
#include "text.h"

namespace helpdesk {
namespace {

// The limit is ours: each word is looked up by itself.
constexpr std::size_t most_keywords = 32;

std::optional<Finder::Values> read_keywords(const Selector& selector, const std::string& text,
                                            Problems& problems) {
    const auto value = read_one_text(selector, text, problems);
    if (!value)
        return std::nullopt;
    auto words = search::keywords_of(value->front());
    if (words.empty())
        problems.push_back(
            {code::required, std::string(selector.name), "has no letter or digit to look for"});
    else if (words.size() > most_keywords)
        problems.push_back({code::too_many_values, std::string(selector.name),
                            "has more than " + std::to_string(most_keywords) + " different words"});
    else
        return words;
    return std::nullopt;
}

}  // namespace

constexpr Finder finders::keyword = {
    .read = read_keywords,
    .meaning = compare_texts<Compare::has_words>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "those that have all of the words, or words that begin with them, in any of their texts; case "
               "and accents do not count";
    },
    .reach = Reach::anywhere,
    .finds_words = true,
};

constexpr Finder finders::keyword_match = {
    .read = [](const Selector& selector, const std::string& text,
               Problems& problems) -> std::optional<Finder::Values> {
        for (const char* match : {"word", "part"})
            if (text::equal_ignoring_case(text, match))
                return Finder::Values{match};
        problems.push_back({code::invalid_choice, std::string(selector.name), "must be word or part"});
        return std::nullopt;
    },
    .meaning = [](const Finder::Values&) { return std::vector<Comparison>(); },
    .words = [](const Resource&, const Selector&) -> std::string {
        return "`word`, the default: a keyword is a word or the beginning of one; `part`: any part of a "
               "word, "
               "for which many records may have to be read, unless other selectors narrow the list";
    },
    .pattern = "^([Ww][Oo][Rr][Dd]|[Pp][Aa][Rr][Tt])?$",
    .reach = Reach::nowhere,
    .refines = &finders::keyword,
};

}  // namespace helpdesk
