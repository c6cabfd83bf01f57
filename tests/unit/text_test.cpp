#include "text.h"

#include <gtest/gtest.h>

namespace helpdesk::text {
namespace {

TEST(Text, CountsCharactersNotBytes) {
    EXPECT_EQ(length("abc"), 3U);
    EXPECT_EQ(length("é"), 1U);
    EXPECT_EQ(length("😀😀"), 2U);
}

TEST(Text, KnowsUtf8) {
    EXPECT_TRUE(is_utf8("plain, é, 漢, 😀"));
    EXPECT_FALSE(is_utf8("\xff"));
    EXPECT_FALSE(is_utf8("\xc3"));              // cut off
    EXPECT_FALSE(is_utf8("\xc0\x80"));          // longer than need be
    EXPECT_FALSE(is_utf8("\xe0\x80\xaf"));      // longer than need be
    EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
    EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // past U+10FFFF
    EXPECT_FALSE(is_utf8("\xc3("));
    EXPECT_TRUE(is_utf8("\xf4\x8f\xbf\xbf"));
}

TEST(Text, RefusesWhatXmlCannotCarry) {
    EXPECT_TRUE(is_printable("tab\t cr\r lf\n é 😀"));
    EXPECT_FALSE(is_printable(std::string_view("\0", 1)));
    EXPECT_FALSE(is_printable("\x1b"));
    EXPECT_FALSE(is_printable("\x7f"));
    EXPECT_FALSE(is_printable("\xc2\x85"));      // U+0085, a control character
    EXPECT_FALSE(is_printable("\xef\xbf\xbe"));  // U+FFFE
    EXPECT_FALSE(is_printable("\xef\xbf\xbf"));  // U+FFFF
    EXPECT_TRUE(is_printable("\xef\xbf\xbd"));   // U+FFFD
}

TEST(Text, TrimsUnicodeWhiteSpace) {
    EXPECT_EQ(trim(" \t a b \r\n"), "a b");
    EXPECT_EQ(trim("\u00a0\u3000x\u2003"), "x");
    EXPECT_EQ(trim("\u00e0"), "\u00e0");  // ends in a byte that a no-break space ends in, too
    EXPECT_EQ(trim(" \u3000 "), "");
}

TEST(Text, IsBlankWithoutAVisibleCharacter) {
    for (const char* blank :
         {"",       " ",      "\u00a0", "\u00ad", "\u034f", "\u061c",     "\u115f",
          "\u17b5", "\u180e", "\u200b", "\u200f", "\u202e", "\u2060",     "\u2800",
          "\u3000", "\u3164", "\ufe0f", "\ufeff", "\uffa0", "\U000e0020", " \u200b\ufeff\u3164 "})
        EXPECT_TRUE(is_blank(blank)) << blank;
    for (const char* visible :
         {"a", "0", ".", "\u200ba", "é", "漢", "😀", "\u00ae", "\u3163", "\u200b-\u200b", "\ufffd"})
        EXPECT_FALSE(is_blank(visible)) << visible;
}

TEST(Text, Joins) {
    const std::vector<std::string_view> words = {"a", "b", "c"};
    EXPECT_EQ(join(words, " or "), "a or b or c");
    EXPECT_EQ(join({}, ", "), "");
}

TEST(Text, DecodesForms) {
    EXPECT_EQ(decode_form_text("a+b%20c%2B%c3%A9"), "a b c+é");
    EXPECT_EQ(decode_form_text("100%"), std::nullopt);
    EXPECT_EQ(decode_form_text("%4"), std::nullopt);
    EXPECT_EQ(decode_form_text("%zz"), std::nullopt);
}

TEST(Text, PercentEncodesAllButUnreserved) {
    EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(percent_encode("a b&=%+é\n"), "a%20b%26%3D%25%2B%C3%A9%0A");
}

TEST(Text, SplitsLists) {
    EXPECT_EQ(split_list(" a , b,,c ,", 10), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(split_list("a,b,c", 2), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(split_list(" , ", 10).empty());
}

TEST(Text, FoldsAsciiOnly) {
    EXPECT_EQ(to_lower("AbZ É"), "abz É");
    EXPECT_TRUE(equal_ignoring_case("Add_Customer", "aDD_cUSTOMER"));
    EXPECT_FALSE(equal_ignoring_case("a", "ab"));
}

}  // namespace
}  // namespace helpdesk::text
