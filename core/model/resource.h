// The model of the API: an action writes, reads or deletes records of a resource, and a resource is a table
// of its variables and one of its selectors.
//
// A row of the first says all about a variable: its name, its limit, its default, where it is stored and how
// a name in it is resolved; what its values are is a kind's part (kind.h). A row of the second says how a
// list is narrowed (selector.h). Checking (check.h, select.h), SQL (db/), the answers and the manual's
// reference read the rows; none of them knows a variable by name. A new variable is one row and a migration,
// a new resource one file and a line in resources/all.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/kinds.h"
#include "model/preparing.h"
#include "model/rule.h"
#include "model/selector.h"
#include "model/verb.h"

namespace helpdesk {

struct Place;
struct Resource;

// An output that a reference makes: a column of the row that it refers to.
struct Shown {
    std::string_view output;       // its name
    std::string_view column = {};  // of that row; `id`: its number; empty: its name
    Form form = Form::plain;       // of that column

    bool operator==(const Shown&) const = default;
};

// A record of a resource, which may be the same one, that a value refers to.
struct Reference {
    enum class By { name, id, id_or_name };

    // The resource. A function, because tables are constants, and a resource may refer to itself.
    const Resource& (*to)() = nullptr;
    By by = By::name;
    // The column of the name by which a record is found; empty: that of the resource's identifier. Any other
    // one needs a scope, within which it is unique.
    std::string_view column = {};
    // The scope: a variable of the record that refers, itself a reference. The record that is found must
    // refer to the same one: a sub-category to the category of the ticket.
    std::string_view within = {};
    std::string_view noun = {};     // in messages; empty: the resource's
    std::string_view unknown = {};  // code of the problem that there is no such record; empty: the resource's
    // What a list shows of it. Empty: its name under the name of the variable, and its number as `…_id`.
    Few<Shown, 4> shown = {};
    bool first_if_unknown = false;  // no match, or no value on add: the row with the lowest ID
    // No value on add: the row whose `is_default` is Y, otherwise the one with the lowest `position`, if any.
    bool has_default = false;
    // Of a resource to itself: no record may lead back to itself, through any number of others. It holds for
    // what calls give; a rule must not fill it.
    bool no_rings = false;
};

// The rows that hold a variable's list. They carry the owner's ID, a position and `column`.
struct ListTable {
    std::string_view table;
    std::string_view owner;   // column of the owner's ID
    std::string_view column;  // of the item: text, or the ID of the row it names
    const Reference* reference = nullptr;
    // Shown in the order of the items' names: the rows are those of another list, which leads here and whose
    // positions they have.
    bool by_name = false;
};

// A word that counts as a choice, besides the choice itself.
struct Synonym {
    std::string_view word;
    std::string_view choice;
};

// What a choice chooses from.
struct Choices {
    std::span<const std::string_view> values;
    std::string_view by_default = {};  // one of `values`: on add, and for any other value unless it is strict
    bool strict = false;               // any other value is an error; otherwise it is one only with
                                       // `helpdesk_unknown_variables reject`
    bool exact = false;                // letters' case counts
    std::span<const Synonym> synonyms = {};
};

// The whole numbers from `least` to `most`.
struct Range {
    std::int64_t least = 0;
    std::int64_t most = 0;

    bool is_set() const { return least < most; }
};

// When a call may supply a variable. That which none supplies is set by rules alone.
enum class Supplied { always, on_add, never };

struct Variable {
    std::string_view name;
    const Kind* kind = &kinds::text;
    std::size_t limit = 255;  // Unicode characters, of each item in a list; 0: none
    std::string_view column = {};
    const Choices* choices = nullptr;
    Range range = {};
    const Reference* reference = nullptr;
    const ListTable* list = nullptr;
    std::string_view companion = {};
    bool secret = false;    // never in an answer or a log
    bool required = false;  // on add, and never emptied
    Supplied supplied = Supplied::always;
    bool may_be_cleared = false;  // by an update, although it is required
    std::string_view about = {};  // for an integrator: one sentence on what it is for
};

// The most items that a list may have (ours): more would be a slow statement, not a customer.
inline constexpr std::size_t max_list_items = 1000;

// A variable of a list's records.
struct Output {
    // A reference shows a column of the record that it refers to, or the number of that record.
    enum class Source { id, column, reference, reference_id, list, list_dates };

    std::string name;
    Source source;
    std::string_view column = {};  // of the record, or of the items of its list
    std::string_view shown = {};   // by a reference: the other record's column; empty: that of its name
    const Variable* variable = nullptr;
    const ListTable* list = nullptr;
    Form form = Form::plain;
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

// What a resource is called.
struct ResourceNames {
    std::string_view one;      // in the names of actions about one record, and in their answers
    std::string_view many;     // in the names of actions about many, and the root of a list
    std::string_view element;  // of a record in a list as XML
    std::string_view noun;     // in messages
};

// Another name of an action or of a variable, which old clients use.
struct Alias {
    std::string_view name;
    std::string_view of;
};

struct Resource {
    ResourceNames names;
    std::string_view table;
    std::span<const Variable> variables;
    std::span<const Selector> selectors;
    RecordKey key = {};
    std::string_view renamed_by = {};  // the variable of an update that changes the name; empty: nothing does
    // The variable that no two records may have alike, in the scope that the table's unique key says. Only of
    // records without a name, which is unique anyway; empty: none.
    std::string_view unique = {};
    bool timestamps = false;      // has date_added and last_updated
    bool versioned = false;       // has `version`, which counts the changes of a record
    bool needs_selector = false;  // a list without a selector is an error, not all records
    const SignIn* sign_in = nullptr;
    std::span<const Rule* const> rules = {};
    const Preparing* preparing = nullptr;     // what a write looks up before it is stored
    const Place* place = nullptr;             // its address (place/place.h)
    std::span<const Verb* const> verbs = {};  // its actions, in the order in which they are described
    std::span<const Alias> action_aliases = {};
    // Each counts in the actions that read the variable, and have none of the alias's name.
    std::span<const Alias> variable_aliases = {};
    std::vector<Output> outputs = {};
    std::string unknown = {};  // code of the problem that a reference finds no such record

    // The unique text by which clients know a record besides its number. Null: its records have none.
    const Variable* name() const;
    // The variable that names a record: that of its name, or where it has none that of its number.
    std::string_view known_by() const;
    bool known_by_number() const { return !key.variable.empty(); }
    const Variable* find(std::string_view name) const;
    const Output* find_output(std::string_view name) const;
    // The variable whose values are stored as hashes; null: the records have none.
    const Variable* password() const;
};

// The resource with the code of its references, and with the outputs that its variables make: id, each
// variable that can be read, in order, then the times. Calls no `to` of a reference, which may lead back
// here.
Resource with_outputs(Resource resource);

// Whether a call may supply the variable.
bool may_be_supplied(const Variable& variable, bool adding);

// What a reference says of the resource that it refers to, or what that says itself. None of these may be
// called before `to` is set.
std::string_view noun_of(const Reference& reference);
std::string_view unknown_code(const Reference& reference);
// The column of the name by which it finds a record; empty if records have no name.
std::string_view name_column(const Reference& reference);
// The variable that has a column; null if none has.
const Variable* variable_in(const Resource& resource, std::string_view column);
// The variable whose values an output shows, for a reference one of the other resource; null if it is no
// variable's.
const Variable* shown_variable(const Output& output);
// The variable by which the records that a reference with a scope finds refer to the scope: the only one that
// refers to the resource to which `within` refers. Null if there is none, or more than one.
const Variable* scope_of(const Resource& resource, const Reference& reference);

// What the API manages, and the lists that its records refer to.
const Resource& customers();
const Resource& companies();
const Resource& portals();
const Resource& customer_groups();
const Resource& categories();
const Resource& support_contracts();
const Resource& technicians();
const Resource& tech_groups();
const Resource& ticket_statuses();
const Resource& ticket_sources();
const Resource& ticket_priorities();
const Resource& escalation_levels();
const Resource& sub_categories();
const Resource& chat_queues();
const Resource& billing_categories();
const Resource& time_categories();
const Resource& schedule_categories();
const Resource& kb_categories();

// Every resource, in the order of the reference.
std::span<const Resource* const> all_resources();

}  // namespace helpdesk
