// The model of the API: an action writes a resource, and a resource is a table of its variables.
//
// One row of that table says all about a variable: its name, what its values are, their limit, the default,
// where it is stored and how a name in it is resolved. Checking (check.h), SQL (db/) and the answers read the
// rows; none of them knows a variable by name. A new variable is one row and a migration, a new resource one
// table and a line in action.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace helpdesk {

// A row of another table that a value names. Its primary key is `id`; a name stands in `name`.
struct Reference {
    enum class By { name, id, id_or_name };

    std::string_view table;
    std::string_view noun;     // in messages, and in the code of the problem
    std::string_view unknown;  // code of the problem that there is no such row
    By by = By::name;
    bool first_if_unknown = false;  // no match, or no value on add: the row with the lowest ID
};

// The rows that hold a variable's list. They carry the owner's ID, a position and `column`.
struct ListTable {
    std::string_view table;
    std::string_view owner;   // column of the owner's ID
    std::string_view column;  // of the item: text, or the ID of the row it names
    const Reference* reference = nullptr;
};

enum class Kind {
    text,
    identifier,  // finds the record: required, trimmed, never empty
    email,       // text; a bad address is an error only with `helpdesk_email_check on`
    password,    // stored as a hash only; empty: unchanged
    choice,      // one of `choices` in any case; anything else is the first
    coordinate,  // decimal degrees within ±`range`; stands or falls with `companion`
    reference,   // names a row of another table
    new_name,    // the name of a row to create when `companion` says so; else ignored
    text_list,   // comma-separated; duplicates folded
    email_list,  // text_list of addresses, checked as `email` is
    id_list,     // comma-separated IDs of rows of another table; duplicates are an error
    name_list,   // comma-separated names of rows of another table
    date_list,   // one date for each item of `companion`, stored beside it in `column`
};

struct Variable {
    std::string_view name;
    Kind kind = Kind::text;
    std::size_t limit = 255;  // Unicode characters, of each item in a list; 0: none
    std::string_view column = {};
    std::span<const std::string_view> choices = {};  // the first is the default
    int range = 0;
    const Reference* reference = nullptr;
    const ListTable* list = nullptr;
    std::string_view companion = {};
    bool secret = false;  // never in an answer or a log
};

// The value of a reference with a `new_name` companion that asks for a new row.
inline constexpr std::string_view create_new = "create_new";

// The most items that a list may have (ours): more would be a slow statement, not a customer.
inline constexpr std::size_t max_list_items = 1000;

struct Resource {
    std::string_view singular;
    std::string_view table;
    std::span<const Variable> variables;  // the first is the identifier

    const Variable& identifier() const { return variables.front(); }
    const Variable* find(std::string_view name) const;
};

// section 3 of the reference: add_customer and update_customer.
const Resource& customers();

}  // namespace helpdesk
