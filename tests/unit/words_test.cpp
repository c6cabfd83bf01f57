// Tests into which words a text is split.
#include "search/words.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace helpdesk::search {
namespace {

using List = std::vector<std::string>;

TEST(Words, AreOneTextWithABlankBeforeEach) {
    EXPECT_EQ(words_as_text("print a Café, print"), " a cafe print");
    EXPECT_EQ(words_as_text("<b>print</b>", Markup::html), " print");
    EXPECT_EQ(words_as_text(""), "");
}

TEST(Words, AreRunsOfLettersAndDigits) {
    EXPECT_EQ(words_of("The printer, on floor 3: won't print!"),
              (List{"3", "floor", "on", "print", "printer", "t", "the", "won"}));
    EXPECT_EQ(words_of("Jo.Doe@mail.example.com INV-2041 snake_case a1b2"),
              (List{"2041", "a1b2", "case", "com", "doe", "example", "inv", "jo", "mail", "snake"}));
    EXPECT_EQ(words_of(""), List{});
    EXPECT_EQ(words_of(" \n\t.,;"), List{});
}

TEST(Words, AreFoundOnceInTheOrderOfBytes) {
    EXPECT_EQ(words_of("b a B a é E"), (List{"a", "b", "e"}));
}

TEST(Words, HaveNoAccentsInAnyNormalForm) {
    EXPECT_EQ(words_of("\u00C4rger caf\u00E9 na\u00EFve"), (List{"arger", "cafe", "naive"}));
    EXPECT_EQ(words_of("A\u0308rger cafe\u0301 nai\u0308ve"), (List{"arger", "cafe", "naive"}));
    EXPECT_EQ(words_of("Việt Łódź Đà smørrebrød"), (List{"da", "lodz", "smorrebrod", "viet"}));
    // An accent without a letter is no word, and does not separate words.
    EXPECT_EQ(words_of("\u0301 \u0301x"), (List{"x"}));
}

TEST(Words, HaveLigaturesTakenApart) {
    EXPECT_EQ(words_of("Straße STRASSE œuvre Ærø ﬁle"), (List{"aero", "file", "oeuvre", "strasse"}));
}

TEST(Words, HaveOneTurkishI) {
    EXPECT_EQ(words_of("ılık ILIK İLİK ilik"), (List{"ilik"}));
}

TEST(Words, OfOtherAlphabetsAreFoldedAsWell) {
    EXPECT_EQ(words_of("ПРИВЕТ привет Ёлка йод"), (List{"елка", "иод", "привет"}));
    EXPECT_EQ(words_of("ΟΔΟΣ οδός Ἀθῆναι"), (List{"αθηναι", "οδοσ"}));
    EXPECT_EQ(words_of("שָׁלוֹם كِتَابٌ كـتاب"), (List{"שלום", "كتاب"}));
    // The vowels of Hindi are letters.
    EXPECT_EQ(words_of("की का"), (List{"का", "की"}));
    EXPECT_EQ(words_of("\uD55C\uAE00"), words_of("\u1112\u1161\u11AB\u1100\u1173\u11AF"));
}

TEST(Words, OfScriptsWithoutBlanksArePairs) {
    EXPECT_EQ(words_of("東京都"), (List{"京都", "東京", "都"}));
    EXPECT_EQ(words_of("東"), (List{"東"}));
    EXPECT_EQ(words_of("東京Tower2号"), (List{"tower2", "京", "号", "東京"}));
    EXPECT_EQ(words_of("ｶﾞ"), words_of("ガ"));
    EXPECT_NE(words_of("か"), words_of("が"));
    // The mark of ば is a character of its own.
    EXPECT_EQ(words_of("サーバー").size(), 5U);
}

TEST(Words, AreNoSymbols) {
    EXPECT_EQ(words_of("ok 👍🏽 👨‍👩‍👧 € ½ x² ™"), (List{"1", "2", "ok", "tm", "x2"}));
}

TEST(Words, HavePlainLettersForWideOnesAndCircledDigits) {
    EXPECT_EQ(words_of("ＡＢＣ１２ ①"), (List{"1", "abc12"}));
    // A soft hyphen and a joiner show nothing.
    EXPECT_EQ(words_of("hy\u00ADphen a\u200Db"), (List{"ab", "hyphen"}));
}

TEST(Words, AreCutAtWholeCharacters) {
    EXPECT_EQ(words_of(std::string(100, 'a')), (List{std::string(longest_word, 'a')}));
    std::string accents;
    for (int i = 0; i < 100; ++i)
        accents += "д";
    EXPECT_EQ(words_of("x" + accents).front().size(), longest_word - 1);
    // Nothing of a word counts behind the place where it was cut.
    EXPECT_EQ(words_of(std::string(longest_word - 1, 'a') + "дb"),
              (List{std::string(longest_word - 1, 'a')}));
}

TEST(Words, OfHtmlAreWhatItShows) {
    EXPECT_EQ(words_of("<p class=\"big\">One<br/>two <b>th</b>ree</p><p>four", Markup::html),
              (List{"four", "one", "three", "two"}));
    EXPECT_EQ(words_of("<style>p { color: red }</style><script>var x = '</p>';</SCRIPT >a<!-- b -->c",
                       Markup::html),
              (List{"ac"}));
    EXPECT_EQ(
        words_of("caf&eacute; &#xE4;h &amp;lt; r&#68; fish&nbsp;chips &nosuch; &#xD800; &#9999999; AT&T",
                 Markup::html),
        (List{"ah", "at", "cafe", "chips", "fish", "lt", "nosuch", "rd", "t"}));
    EXPECT_EQ(words_of("<a title='x > y' href=z>link</a> 1 < 2 & 3", Markup::html),
              (List{"1", "2", "3", "link"}));
    EXPECT_EQ(words_of("<a title = 'x > y'>link</a>", Markup::html), (List{"link"}));
    EXPECT_EQ(words_of("&thetasym; &#x1F600;a", Markup::html), (List{"a", "θ"}));
    EXPECT_EQ(words_of("cut <p clas", Markup::html), (List{"cut"}));
    EXPECT_EQ(words_of("cut <script> never ended", Markup::html), (List{"cut"}));
    EXPECT_EQ(words_of("<p>", Markup::none), (List{"p"}));
}

TEST(Words, AreBoundedInNumber) {
    std::string text;
    for (std::size_t i = 0; i < most_words + 1'000; ++i)
        text += std::to_string(i) + " ";
    EXPECT_EQ(words_of(text).size(), most_words);
}

TEST(Words, OfBytesThatAreNotUtf8AreStillWords) {
    EXPECT_EQ(words_of("a\xFF"
                       "b \xC3"),
              (List{"a", "b"}));
}

std::string repeated(std::string_view piece, std::size_t size) {
    std::string text;
    text.reserve(size + piece.size());
    while (text.size() < size)
        text += piece;
    return text;
}

// Returns the most memory that the process has used, in bytes.
std::size_t most_memory_so_far() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

TEST(Words, OfAVeryLongTextTakeLittleMemory) {
    const std::string text = repeated("the cat sat on the mat, été ", 100'000'000);
    const std::size_t before = most_memory_so_far();
    EXPECT_EQ(words_of(text).size(), 6U);
    EXPECT_LT(most_memory_so_far() - before, 10'000'000U);
}

TEST(Words, OfBrokenHtmlAreFoundInLittleTime) {
    EXPECT_EQ(words_of(repeated("&x;<b", 1'000'000), Markup::html), (List{"x"}));
    EXPECT_EQ(words_of(repeated("<", 1'000'000), Markup::html), List{});
    EXPECT_EQ(words_of(repeated("<style></", 1'000'000), Markup::html), List{});
    EXPECT_EQ(words_of(std::string(1'000'000, 'a')).size(), 1U);
}

TEST(Keywords, AreWordsThatBeginNoOther) {
    EXPECT_EQ(keywords_of("Print printer printers PRINTED on"), (List{"on", "printed", "printers"}));
    EXPECT_EQ(keywords_of("東京都"), (List{"京都", "東京", "都"}));
    EXPECT_EQ(keywords_of("👍 ..."), List{});
}

// Each part of a text in a script without blanks is found by the beginnings of the text's words.
TEST(Keywords, FindEachPartOfATextWithoutBlanks) {
    const std::array<std::string, 6> characters = {"東", "京", "都", "庁", "前", "駅"};
    std::string text;
    for (const std::string& one : characters)
        text += one;
    const List words = words_of(text);
    for (std::size_t from = 0; from < characters.size(); ++from) {
        std::string part;
        for (std::size_t to = from; to < characters.size(); ++to) {
            part += characters.at(to);
            for (const std::string& keyword : keywords_of(part))
                EXPECT_TRUE(std::any_of(words.begin(), words.end(), [&](const std::string& word) {
                    return word.starts_with(keyword);
                })) << part;
        }
    }
}

}  // namespace
}  // namespace helpdesk::search
