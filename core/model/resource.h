// The model of the API: an action writes, reads or deletes records of a resource, and a resource is a table
// of its variables and one of its selectors.
//
// A variable's row has its name, its limit, its default, its column and its reference; its kind says what the
// values may be (kind.h). A selector's row says how a list is narrowed (selector.h). Checking (check.h,
// select.h), SQL (db/), the answers and the manual's reference read the rows, and none of them knows a
// variable by name. So a new variable is one row and a migration, and a new resource one file and a line in
// resources/all.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/index.h"
#include "model/kinds.h"
#include "model/preparing.h"
#include "model/rule.h"
#include "model/selector.h"
#include "model/verb.h"

namespace helpdesk {

struct Counting;
struct Erasing;
struct Fields;
struct Merging;
struct Place;
struct Resource;

// An output of a reference: a column of the row that it refers to.
struct Shown {
    std::string_view output;       // its name
    std::string_view column = {};  // of that row; `id`: its number; empty: its name
    Form form = Form::plain;       // of that column

    bool operator==(const Shown&) const = default;
};

// Says to which records of which resource a value refers. That may be the resource of the value itself.
struct Reference {
    enum class By { name, id, id_or_name };

    // The resource. A function, because tables are constants, and a resource may refer to itself.
    const Resource& (*to)() = nullptr;
    By by = By::name;
    // The column with the names by which records are found; empty: that of the resource's identifier. Any
    // other column needs a scope, within which its values are unique.
    std::string_view column = {};
    // The scope: another reference of the record that refers. The record that is found must refer to the same
    // record as that one does, as a sub-category must belong to the category of the ticket.
    std::string_view within = {};
    std::string_view noun = {};     // in messages; empty: the resource's
    std::string_view unknown = {};  // code of the problem that there is no such record; empty: the resource's
    // The outputs. Empty: the name, under the name of the variable, and the number, as `…_id`.
    Few<Shown, 4> shown = {};
    bool first_if_unknown = false;  // no match, or no value on add: the row with the lowest ID
    // No value on add: the row whose `is_default` is Y, otherwise the one with the lowest `position`, if
    // there is one.
    bool has_default = false;
    // No value that a rule sets: the row with the lowest `position` whose column of this name is Y.
    std::string_view first_with = {};
    // The column of the other record with the number of the one that it was merged into. What a call gives
    // means that one.
    std::string_view merged_into = {};
    // Omitted on add: the variable of this record that refers to another one by its number, and the variable
    // of that one whose row is taken. It is read when the record is stored, from the other one, which is
    // locked.
    std::string_view taken_from = {};
    std::string_view taken = {};
    // For a reference of a resource to itself: no record may lead back to itself, through any number of
    // others. It holds for what calls give; a rule must not fill it.
    bool no_rings = false;
};

// The table that holds the items of a variable's lists. Its rows have the owner's ID, a position and
// `column`.
struct ListTable {
    std::string_view table;
    std::string_view owner;   // column of the owner's ID
    std::string_view column;  // of the item: text, or the ID of the row it names
    const Reference* reference = nullptr;
    // Shown in the order of the items' names: the rows are those of another list, which leads here and whose
    // positions they have.
    bool by_name = false;
    bool unique = false;  // no two rows have the same item, and an index finds it
};

// Texts by which a keyword finds a record: those in a column of the rows of a table that have the record's
// number in `owner`.
struct WordSource {
    std::string_view table;
    std::string_view owner;
    std::string_view column;
    std::string_view html = {};  // the column that is `html` where the text is; empty: none is

    bool operator==(const WordSource&) const = default;
};

// The index of the words of records' texts: its tables, as search/README.md describes them.
struct WordIndex {
    const ListTable* words;
    const ListTable* texts;
    Few<WordSource, 4> sources;
};

// Says when the work on a record is due, and when it is done: when it has ended, or is in a state that says
// so.
struct Deadline {
    std::string_view time;      // the column of the time when it is due
    std::string_view end;       // the column of the time when it ended
    std::string_view state;     // the column that refers to the state
    const Reference* of_state;  // that reference
    std::string_view closed;    // the column of the state that is Y if the work is done
};

// Another word for a choice.
struct Synonym {
    std::string_view word;
    std::string_view choice;
};

// The values of a choice.
struct Choices {
    std::span<const std::string_view> values;
    std::string_view by_default = {};  // one of `values`: on add, and for any other value unless it is strict
    bool strict = false;               // any other value is an error; otherwise it is one only with
                                       // `helpdesk_unknown_variables reject`
    bool exact = false;                // case counts
    // Further texts that a rule sets, or that a record may have which is brought from elsewhere.
    std::span<const std::string_view> set_by_rules = {};
    std::span<const Synonym> synonyms = {};
};

// The whole numbers from `least` to `most`.
struct Range {
    std::int64_t least = 0;
    std::int64_t most = 0;

    bool is_set() const { return least < most; }
};

// When a call may supply a variable. That which none supplies is set by rules alone; if it is `brought`, also
// by a record that is brought from elsewhere.
enum class Supplied { always, on_add, brought, never };

struct Variable {
    std::string_view name;
    const Kind* kind = &kinds::text;
    std::size_t limit = 255;  // Unicode characters, of each item in a list; 0: none
    std::string_view column = {};
    const Choices* choices = nullptr;
    Range range = {};
    const Reference* reference = nullptr;
    const ListTable* list = nullptr;
    const Fields* fields = nullptr;  // the variable stands for those of all fields (model/fields.h)
    std::string_view companion = {};
    bool secret = false;     // never in an answer or a log
    bool free_text = false;  // percent-encoded in XML and JSON if a location says so, for clients that decode
    bool required = false;   // on add, and never emptied
    Supplied supplied = Supplied::always;
    bool may_be_cleared = false;        // by an update, although it is required
    bool may_be_brought_empty = false;  // although it is required
    std::string_view about = {};        // for an integrator: one sentence on what it is for
};

// The most items of a list. The API sets no limit; this one keeps statements fast.
inline constexpr std::size_t max_list_items = 1000;

// A value that lists show of each record.
struct Output {
    // The origin of the value. `reference` is a column of the record that a reference leads to,
    // `reference_id` the number of that record, `count` how many items the list has, `has_items` whether it
    // has any, `fields` all fields, each under its own name.
    enum class Source {
        id,
        column,
        reference,
        reference_id,
        list,
        list_dates,
        count,
        has_items,
        overdue,
        fields
    };

    std::string name;
    Source source;
    std::string_view column = {};  // of the record, or of the items of its list
    std::string_view shown = {};   // by a reference: the other record's column; empty: that of its name
    const Variable* variable = nullptr;
    const ListTable* list = nullptr;
    Form form = Form::plain;
    const Deadline* deadline = nullptr;
};

// Says how clients sign in with the name and the password of a record.
struct SignIn {
    std::string_view allowed_by;                // the choice that must be Y
    std::span<const std::string_view> outputs;  // what the answer adds
};

// The number that the database gives each record, in the column `id`.
struct RecordKey {
    std::string_view variable = "id";  // by which a client names a record; empty: by its name only
    std::string_view output = "id";    // in a list
    std::string_view again = {};       // a second output of the number; empty: none
    bool answered = true;              // a write answers with the number, otherwise with the name
};

// The columns and outputs of a resource with `timestamps`.
inline constexpr std::string_view date_added = "date_added";
inline constexpr std::string_view last_updated = "last_updated";

// The names of a resource.
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
    // The variable in which any two records differ, within the scope of the table's unique key; empty: none.
    // Only for records without a name, since names are unique anyway.
    std::string_view unique = {};
    // Whether an add that has the unique value of a stored record is that record's own add, sent again: it
    // adds nothing, and gets the answer of the first. Otherwise it is an error.
    bool unique_repeats = false;
    // The column that is Y in records that are deleted and may be restored. Only these are in a list with a
    // selector of the column, and nothing else finds them. Empty: what is deleted is gone.
    std::string_view deleted = {};
    // The variable, a reference, of the record to which these belong: they are nowhere while that is deleted.
    // Empty: they belong to none.
    std::string_view part_of = {};
    // The most records that it may have. Adds that come at once may exceed it by a few. 0: no limit.
    std::size_t most = 0;
    // The rows that belong to a record and keep it from being removed, unless the call says `force`. Null: a
    // call cannot say so.
    const ListTable* forced = nullptr;
    // The resource whose records are part of these. Imports and exports have them as a list in each record,
    // and have of both only what an import reads. Null: such records are imported and exported by themselves.
    const Resource& (*parts)() = nullptr;
    // The output by which a list is sorted unless the client says so, or its pages follow another order.
    // Empty: as its selectors say, or by number.
    std::string_view order = {};
    // Those of its table by which lists are read, besides that of its identifier.
    std::span<const Index> indexes = {};
    bool timestamps = false;      // has date_added and last_updated
    bool versioned = false;       // has `version`, which counts the changes of a record
    bool needs_selector = false;  // a list without a selector is an error, not all records
    const SignIn* sign_in = nullptr;
    const Deadline* deadline = nullptr;
    const Counting* counting = nullptr;     // how its lists are counted; null: a list has no counts
    const Merging* merging = nullptr;       // what goes to the other one if one of two is removed
    const Erasing* erasing = nullptr;       // what is erased of a person
    const WordIndex* word_index = nullptr;  // which rules fill; a removal empties it
    std::span<const Rule* const> rules = {};
    const Preparing* preparing = nullptr;     // what a write looks up before it is stored
    const Place* place = nullptr;             // its address (place/place.h)
    std::span<const Verb* const> verbs = {};  // its actions, in the order in which they are described
    std::span<const Alias> action_aliases = {};
    // An alias applies to the actions that read the variable, unless they have a variable with the alias's
    // name.
    std::span<const Alias> variable_aliases = {};
    std::vector<Output> outputs = {};
    std::string unknown = {};  // code of the problem that a reference finds no such record

    // Returns the variable with the unique text that names a record. Null: its records have only numbers.
    const Variable* name() const;
    // Returns the name of the variable that finds a record: that of its name if it has one, otherwise that of
    // its number.
    std::string_view known_by() const;
    bool known_by_number() const { return !key.variable.empty(); }
    const Variable* find(std::string_view name) const;
    const Output* find_output(std::string_view name) const;
    // Returns the variable whose values are stored as hashes. Null: the records have none.
    const Variable* password() const;
};

// Returns the resource with its code `unknown`, and with its outputs: the ID, each variable that can be read,
// in their order, and the times. Calls no reference's `to`, since that may be the function that calls this
// one.
Resource with_outputs(Resource resource);

// Returns whether a call may supply the variable.
bool may_be_supplied(const Variable& variable, bool adding);
// Returns whether a record that is brought from elsewhere may have the variable.
bool may_be_brought(const Resource& resource, const Variable& variable);
// Returns whether the variable is stored with the record. If not, only rules read it.
bool is_stored(const Variable& variable);
// Returns whether an output's values are texts without a limit, which may be read in pieces.
bool is_unbounded(const Output& output);
// Returns whether there may be records that are stored, but deleted, or part of one that is.
bool may_be_hidden(const Resource& resource);
// Returns the indexes that the resource names, and that of its identifier.
std::vector<Index> indexes_of(const Resource& resource);

// Return the noun and the code of a reference, which are those of the resource that it refers to unless it
// has its own. These functions, and the next one, need a reference with a `to`.
std::string_view noun_of(const Reference& reference);
std::string_view unknown_code(const Reference& reference);
// Returns the column with the names by which it finds records. Empty if they have none.
std::string_view name_column(const Reference& reference);
// Returns the variable that is stored in a column, or null if none is.
const Variable* variable_in(const Resource& resource, std::string_view column);
// Returns the variable whose values an output shows; for a reference, that is one of the other resource. Null
// if the values are not those of a variable.
const Variable* shown_variable(const Output& output);
// Returns the variable by which the records that a reference finds refer to its scope: the only one that
// refers to the same resource as `within`. Null if there is none, or more than one.
const Variable* scope_of(const Resource& resource, const Reference& reference);

// Return the resources that the API manages, and the lists to which their records refer.
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
const Resource& tickets();
const Resource& ticket_history();
const Resource& ticket_fields();

// Returns every resource, in the order of the manual's reference.
std::span<const Resource* const> all_resources();

}  // namespace helpdesk
