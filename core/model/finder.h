// What selecting by a variable does: how its value is read, which records it means, in which order they come
// and how the reference describes it. A selector (model/selector.h) names a finder and the columns it looks
// at. Nothing else knows what a selector means: a new selector is one row, a new finder one file in
// model/finders/.
//
// A finder knows no SQL. It says what it means as comparisons, of which core/db/ makes conditions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "answer/problem.h"
#include "model/selector.h"

namespace helpdesk {

struct Resource;

enum class Compare {
    equal,         // has one of the values
    at_least,      // the value or more
    above,         // more than the value
    below,         // less than the value
    at_most,       // the value or less
    up_to_prefix,  // text that begins with the value, or comes before
    contains,      // text with the value in it
    has_words,     // for each value a word that begins with it
    missing,       // has no value
    present,       // has a value
};

// What must be so of a selector's columns.
struct Comparison {
    Compare how;
    // Text, a time as SQL writes it, or a number. One, but for `equal` and words, and none for the last two.
    std::vector<std::variant<std::string, std::uint64_t>> values = {};
};

// Which order a list has unless the client asks for one. Each is along the selector's column. The last of
// these wins; if several selectors have it, the first one in the table. None: by ID.
enum class Order {
    none,
    names,   // the records that were named
    range,   // dates or numbers
    prefix,  // the alphabet
    keyset,  // a page begins after the value, where the last page ended; the empty value is the start
    walk,    // in the order of change, then by ID, without gaps while others write
};

// How many columns and lists of a selector a finder can look at.
enum class Reach { nowhere, one_column, anywhere };

struct Finder {
    // Reads what the client wrote. If that is no good, adds a problem and returns nothing.
    using Values = std::vector<std::string>;
    std::optional<Values> (*read)(const Selector& selector, const std::string& text, Problems& problems);
    // What the values mean. All comparisons must hold.
    std::vector<Comparison> (*meaning)(const Values& values);
    // Describes for the reference and OpenAPI which records a value selects.
    std::string (*words)(const Resource& resource, const Selector& selector);
    // Why a selector of the resource itself cannot have the finder, as a predicate for validate(); empty: it
    // can. Null: it can have any column.
    std::string_view (*unsuited)(const Resource& resource, const Selector& selector) = nullptr;
    std::string_view pattern = {};  // a regular expression that values match, for OpenAPI; empty: any text

    Reach reach = Reach::one_column;
    Order order = Order::none;
    bool takes_several = false;   // reads a list of values, and `*` for all
    bool unique = false;          // a value is that of one record at most
    bool continues_walk = false;  // in a walk: the ID of the record where the last page ended
    bool scans = false;           // no index serves it
    // Selects nothing itself: it says how a selector with this other finder is meant, which must be given
    // too.
    const Finder* refines = nullptr;
    bool finds_words =
        false;  // looks in an index of words (db/statements/keyword_sql.h), the selector's lists

    bool is_keyset() const { return order == Order::keyset; }
    bool is_walk() const { return order == Order::walk; }
    // Whether it selects by itself. Otherwise it only says where a walk goes on, or refines another.
    bool selects() const { return reach != Reach::nowhere; }
    bool is_walk_position() const { return continues_walk && !selects(); }
};

// A selector that a client gave, and its values as the finder read them.
struct Condition {
    const Selector* selector;
    std::vector<std::string> values;
};

// For finders of text: the value without outer white space, if it is not too long.
std::optional<Finder::Values> read_one_text(const Selector& selector, const std::string& text,
                                            Problems& problems);
// The same of each item of a list between commas, for selectors of `many`.
std::optional<Finder::Values> read_texts(const Selector& selector, const std::string& text,
                                         Problems& problems);
// The items between commas. At least one, and not too many.
std::optional<Finder::Values> split_values(const Selector& selector, const std::string& text,
                                           Problems& problems);
// Y or N in any case, as the capital letter.
inline constexpr std::string_view flag_pattern = "^[YyNn]?$";
std::optional<Finder::Values> read_flag(const Selector& selector, const std::string& text,
                                        Problems& problems);
// The moment, as SQL writes it.
std::optional<Finder::Values> read_date(const Selector& selector, const std::string& text,
                                        Problems& problems);

// One comparison with the values as text, or as the numbers that their digits write.
std::vector<Comparison> with_texts(Compare how, const Finder::Values& values);
std::vector<Comparison> with_numbers(Compare how, const Finder::Values& values);

template <Compare how>
std::vector<Comparison> compare_texts(const Finder::Values& values) {
    return with_texts(how, values);
}

template <Compare how>
std::vector<Comparison> compare_numbers(const Finder::Values& values) {
    return with_numbers(how, values);
}

// Describes a selector for the reference and OpenAPI.
std::string describe_selector(const Resource& resource, const Selector& selector);

// What every finder of selectors with `all` adds to its words.
std::string or_all(const Selector& selector);

namespace finders {

extern const Finder id;             // one number that is unique, or several if `many`
extern const Finder name;           // one text that is unique, or several if `many`
extern const Finder equals;         // one text, or several if `many`, in any of the columns and lists
extern const Finder contains;       // text that is part of any of the columns and lists
extern const Finder keyword;        // words and beginnings of words, all of them, in an index of words
extern const Finder keyword_match;  // `word`, or `part`: any part of a word; beside a keyword
extern const Finder flag;           // Y or N, as it is stored
extern const Finder has_value;      // Y or N: whether the column has a value
extern const Finder number;         // one number, or several if `many`, such as the ID of another record
extern const Finder number_from;    // the number or a larger one
extern const Finder number_to;      // the number or a smaller one
extern const Finder prefix_from;    // text that begins with the value or comes later in the alphabet
extern const Finder prefix_to;      // text that begins with the value or comes before
extern const Finder date_from;      // times at or after
extern const Finder date_to;        // times at or before; a date alone means its whole day
extern const Finder after_name;     // keyset paging by a unique text
extern const Finder after_id;       // keyset paging by ID; beside a walk, where its last page ended
extern const Finder changed_since;  // a walk
extern const Finder walk_position;  // where the walk's last page ended, and nothing without a walk

}  // namespace finders

}  // namespace helpdesk
