// The model of the API: an action writes, reads or deletes records of a resource, and a resource is a table
// of its variables and one of its selectors.
//
// One row of the first says all about a variable: its name, what its values are, their limit, the default,
// where it is stored and how a name in it is resolved. One row of the second says how a list is narrowed.
// Checking (check.h, select.h), SQL (db/), the answers and the manual's reference read the rows; none of them
// knows a variable by name. A new variable is one row and a migration, a new resource one table and a line in
// action.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
    choice,      // one of `choices` in any case; anything else is the first, or an error with
                 // `helpdesk_unknown_variables reject`; on add an empty one is an omitted one
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
    // Of a part of an address: its name in the query to a geocoder; of a coordinate: its name in the answer.
    std::string_view place = {};
    bool secret = false;          // never in an answer or a log
    bool required = false;        // on add
    std::string_view about = {};  // for an integrator: one sentence on what it is for
};

// The value of a reference with a `new_name` companion that asks for a new row.
inline constexpr std::string_view create_new = "create_new";

// The most items that a list may have (ours): more would be a slow statement, not a customer.
inline constexpr std::size_t max_list_items = 1000;

// What a list action can be asked for.
enum class SelectorKind {
    id,             // one ID
    name,           // one identifier, or several between commas if `many`
    prefix_from,    // identifiers that begin with the value or come later in the alphabet
    prefix_to,      // … or come before
    date_from,      // times at or after
    date_to,        // times at or before; a date alone means its whole day
    any_of,         // the value stands in `column` or in a row of `list`
    after,          // identifiers after the value, in their order: a page begins where the last one ended
    changed_since,  // times at or after, in their order, then by ID: a walk without gaps
    after_id,       // of changed_since: the record where the last page ended
    located,        // Y or N: whether it has coordinates; those without an address are neither
};

struct Selector {
    std::string_view name;
    SelectorKind kind;
    std::string_view column = {};
    const ListTable* list = nullptr;
    bool all = false;             // `*` selects every record
    bool many = false;            // a list between commas
    std::string_view about = {};  // for an integrator: one sentence on what it does for a list
};

// A variable of a list's records.
struct Output {
    enum class Source { id, column, reference_name, reference_id, list, list_dates, time };

    std::string name;
    Source source;
    std::string_view column = {};
    const Variable* variable = nullptr;
    const ListTable* list = nullptr;
};

// How a client asks whether a record's password is right.
struct SignIn {
    std::string_view allowed_by;                // the choice that must be Y
    std::span<const std::string_view> outputs;  // what the answer adds
};

// The number that the database gives each record, in its column `id`.
struct RecordKey {
    std::string_view variable = "id";  // by which a client names a record; empty: by its name only
    std::string_view output = "id";    // in a list
    bool answered = true;              // a write answers with the number, otherwise with the name
};

// The columns and outputs of a resource with `timestamps`.
inline constexpr std::string_view date_added = "date_added";
inline constexpr std::string_view last_updated = "last_updated";

struct Key;

struct CheckOptions {
    bool check_email = false;
    bool reject_unknown_choices = false;  // a choice that is none is an error, not the default
    const Key* key = nullptr;             // whose actions say which rows `create_new` may make; null: all
};

struct Resource {
    std::string_view singular;  // of action names and records: customer_group
    std::string_view plural;
    std::string_view noun;  // in messages
    std::string_view table;
    std::span<const Variable> variables;
    std::span<const Selector> selectors;
    RecordKey key = {};
    std::string_view renamed_by = {};  // the variable of an update that changes the name; empty: nothing does
    bool timestamps = false;           // has date_added and last_updated
    bool versioned = false;            // has `version`, which counts the changes of a record
    bool needs_selector = false;       // a list without a selector is an error, not all records
    bool in_bulk = false;              // can be imported and exported
    const SignIn* sign_in = nullptr;
    std::vector<Output> outputs = {};

    // The unique text by which clients know a record besides its number. Null: its records have none.
    const Variable* name() const;
    // The variable that names a record: that of its name, or where it has none that of its number.
    std::string_view known_by() const;
    bool known_by_number() const { return !key.variable.empty(); }
    const Variable* find(std::string_view name) const;
    const Output* find_output(std::string_view name) const;
    // Whether its records have an address that a geocoder can find.
    bool has_place() const;
};

// The resource with the outputs that its variables make: id, each variable that can be read, in order, a
// reference as its name and its ID, then the times.
Resource with_outputs(Resource resource);

// What the API manages. Customers are what it is for; the others are the lists that a customer refers to.
const Resource& customers();
const Resource& companies();
const Resource& portals();
const Resource& customer_groups();
const Resource& categories();
const Resource& support_contracts();

// Every resource, in the order of the reference.
std::span<const Resource* const> all_resources();

}  // namespace helpdesk
