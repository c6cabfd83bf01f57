// A finder says what a selector does: how its value is read, which records it selects, in which order they
// come and how the reference describes it. A selector (model/selector.h) names a finder and the columns that
// it compares. Nothing else knows what a selector means, so a new selector is one row, and a new finder one
// file in model/finders/.
//
// A finder contains no SQL. It returns comparisons, which core/db/ turns into conditions.
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
    id_or_name,    // has the number, if the value is digits and some record has it, or else the name
    missing,       // has no value in any of the columns
    present,       // has a value in one of the columns
    overdue,       // the time in the column, the resource's deadline, has passed, and the work is not done
    in_time,       // the opposite
    // A customer, or a technician, may see the ticket. The column does not matter.
    viewable_by_customer,
    visible_to_technician,
};

// A condition on the columns of a selector.
struct Comparison {
    Compare how;
    // Texts, times as SQL writes them, or numbers. `equal` and `has_words` take several, those that compare
    // with nothing none, all others one.
    std::vector<std::variant<std::string, std::uint64_t>> values = {};
};

// The order of a list if the client asks for none. It is that of the selector's column. If a list has several
// selectors, the order that comes last here counts, and among selectors of that order the first one in the
// table.
enum class Order {
    none,    // by ID
    names,   // the records that were named
    range,   // dates or numbers
    prefix,  // the alphabet
    keyset,  // a page begins after the value, where the last page ended; the empty value is the start
    walk,    // in the order of change, then by ID, without gaps while others write
};

// The columns and lists of a selector that a finder can compare.
enum class Reach { nowhere, one_column, anywhere };

struct Finder {
    // Reads what the client sent. If it is malformed, adds a problem and returns nothing.
    using Values = std::vector<std::string>;
    std::optional<Values> (*read)(const Selector& selector, const std::string& text, Problems& problems);
    // Returns what the values mean. A record is selected if all comparisons hold.
    std::vector<Comparison> (*meaning)(const Values& values);
    // Describes for the reference and OpenAPI which records a value selects.
    std::string (*words)(const Resource& resource, const Selector& selector);
    // Returns why a selector of the resource's columns cannot have the finder, as a predicate for validate(),
    // or an empty text if it can. Null: it can have any column.
    std::string_view (*unsuited)(const Resource& resource, const Selector& selector) = nullptr;
    std::string_view pattern = {};  // a regular expression that values match, for OpenAPI; empty: any text

    Reach reach = Reach::one_column;
    Order order = Order::none;
    bool takes_several = false;   // reads a list of values, and `*` for all
    bool unique = false;          // at most one record has a value
    bool continues_walk = false;  // in a walk: the ID of the record where the last page ended
    // The finder whose meaning this one changes. Such a finder selects nothing itself, and a list needs a
    // selector with the other finder beside it.
    const Finder* refines = nullptr;
    // `N` leaves the output of the selector's name, a text without a limit, out of the list.
    bool leaves_out = false;
    // The records are not given, but counted by what the value says (model/counting.h).
    bool counts = false;
    // The selector's lists are the two tables of an index of words (db/statements/keyword_sql.h).
    bool finds_words = false;
    // Finds by the fields of the resource. A condition has the number of a field, and the text.
    bool finds_fields = false;

    bool is_keyset() const { return order == Order::keyset; }
    bool is_walk() const { return order == Order::walk; }
    // Returns whether it selects records itself. Otherwise it only says where a walk continues, or refines
    // another finder.
    bool selects() const { return reach != Reach::nowhere; }
    bool is_walk_position() const { return continues_walk && !selects(); }
};

// A selector of a request, and its values as the finder read them.
struct Condition {
    const Selector* selector;
    std::vector<std::string> values;
};

// Reads a text without its outer white space. One that is longer than the selector's limit is a problem.
std::optional<Finder::Values> read_one_text(const Selector& selector, const std::string& text,
                                            Problems& problems);
// Does the same, for each item of a list between commas if the selector has `many`.
std::optional<Finder::Values> read_texts(const Selector& selector, const std::string& text,
                                         Problems& problems);
// Splits a list at its commas. No item, or more than max_list_items, is a problem.
std::optional<Finder::Values> split_values(const Selector& selector, const std::string& text,
                                           Problems& problems);
inline constexpr std::string_view flag_pattern = "^[YyNn]?$";
// Reads Y or N in any case, as the capital letter.
std::optional<Finder::Values> read_flag(const Selector& selector, const std::string& text,
                                        Problems& problems);
// Reads a date, with or without a time, and returns it as SQL writes times.
std::optional<Finder::Values> read_date(const Selector& selector, const std::string& text,
                                        Problems& problems);

// Return one comparison with the values, as texts or as numbers. A number must consist of digits.
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

// Returns what a finder's words say about `*` if the selector has `all`; otherwise nothing.
std::string or_all(const Selector& selector);

namespace finders {

extern const Finder id;             // one number that is unique, or several if `many`
extern const Finder name;           // one text that is unique, or several if `many`
extern const Finder equals;         // one text, or several if `many`, in any of the columns and lists
extern const Finder id_or_name;     // the number or the name of the record that a reference names
extern const Finder contains;       // text that is part of any of the columns and lists
extern const Finder keyword;        // words and beginnings of words, all of them, in an index of words
extern const Finder keyword_match;  // `word`, or `part`: any part of a word; beside a keyword
extern const Finder field;          // the value of a field of the resource
extern const Finder flag;           // Y or N, as it is stored
extern const Finder has_value;      // Y or N: whether the column has a value
extern const Finder lacks;          // Y or N: whether all of the columns have none
extern const Finder overdue;        // Y or N: whether the work should be done by now, but is not
extern const Finder long_text;      // Y or N: whether the list has the text of this name
extern const Finder count_by;       // counts the records by what they have in common
extern const Finder viewable_by;    // tickets that a customer may see
extern const Finder visible_to;     // tickets that a technician may see
extern const Finder number;         // one number, or several if `many`, such as the ID of another record
extern const Finder number_from;    // the number or a larger one
extern const Finder number_to;      // the number or a smaller one
extern const Finder prefix_from;    // text that begins with the value or comes later in the alphabet
extern const Finder prefix_to;      // text that begins with the value or comes before
extern const Finder date_from;      // times at or after
extern const Finder date_to;        // times at or before; a date alone means its whole day
extern const Finder date_on;        // times on a date, or at or before a time
extern const Finder after_name;     // keyset paging by a unique text
extern const Finder after_id;       // keyset paging by ID; beside a walk, where its last page ended
extern const Finder changed_since;  // a walk
extern const Finder walk_position;  // where the walk's last page ended, and nothing without a walk

}  // namespace finders

}  // namespace helpdesk
