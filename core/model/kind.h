// A kind says how the values of a variable are read, checked, stored, shown and described. It is a value with
// functions.
//
// Each kind is made in one file of model/kinds/ and declared in model/kinds.h. Checking (request/check.h),
// SQL (db/), the answers, the reference and OpenAPI read its members and call its functions, and never ask
// which kind it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

struct Input;
struct Output;
struct Resource;
struct Value;
struct Variable;
class Complaints;

// How the database holds a value, and how an answer shows it. core/db knows the SQL of each.
enum class Form {
    plain,    // as it is
    choice,   // one of a few words; sorted as they read, not as the column lists them
    decimal,  // an exact decimal; shown without the zeros that its column adds
    time,     // a time in UTC, or several between commas; shown as answers show times
};

// The digits of a Form::decimal.
struct Decimals {
    int digits = 0;  // stored in all
    int most = 0;    // stored after the point
    int least = 0;   // shown after the point
};

// The items of a list. Those of `ids` and `names` stand for rows of another table.
// A list that is `counted` is not stored with the record: an answer shows how many items it has.
enum class Items { none, texts, ids, names, counted };

// Whether a variable's row has a field that its kind may read.
enum class Need { never, may, must };

// The values of a variable, described to people and to programs.
struct Description {
    std::string values;               // in Markdown; begins with a lower-case letter
    std::string omitted = "none";     // what an add without the variable stores, in Markdown
    std::size_t most_characters = 0;  // 0: no limit, or the values are no single text
    std::string_view format = {};     // as JSON Schema names it
    std::vector<std::string_view> choices = {};
    bool only_choices = false;  // any other value is an error
    std::string_view by_default = {};
};

// Adds the output that most variables have: the value of their column.
void show_column(const Resource& resource, const Variable& variable, std::vector<Output>& outputs);
// Adds no output.
void show_nothing(const Resource& resource, const Variable& variable, std::vector<Output>& outputs);

struct Kind {
    std::string_view name;

    // The fields that a variable of this kind has, which validate() checks.
    bool has_column = true;  // of the record, or, if it has no value of its own, of its companion's list
    bool has_reference = false;
    Need has_companion = Need::never;
    Need has_choices = Need::never;
    Need has_range = Need::never;
    Items items = Items::none;

    Form form = Form::plain;
    Decimals decimals = {};
    bool none_is_last = false;  // a record without a value is sorted after those with one, not before
    bool hashed = false;        // stored only as a hash, in no answer and in no log

    // Reads a text that the call supplies, empty on update only. Returns whether the record gets a new value.
    // Null: the variable has no value of its own, but belongs to its companion.
    bool (*read)(const Input& input, Value& value, const std::string& text) = nullptr;
    // Reads a value that the call supplies under several names, instead of `read`. Returns whether it
    // supplies any.
    bool (*read_all)(const Input& input, Value& value) = nullptr;
    // Sets what an add stores if the call omits the variable. Null: nothing.
    void (*omit)(const Input& input, Value& value) = nullptr;
    // Reads the variable as part of the value of its companion, which the call supplies.
    void (*read_beside)(const Input& input, const Variable& variable, Value& value) = nullptr;
    // Checks a variable that is read beside its companion, whether or not that one is supplied.
    void (*check_alone)(const Input& input, const Variable& variable) = nullptr;
    // Adds the outputs of a variable.
    void (*show)(const Resource& resource, const Variable& variable,
                 std::vector<Output>& outputs) = show_column;
    Description (*describe)(const Variable& variable) = nullptr;
    // Complains about a variable that contradicts itself in a way that the members above cannot tell.
    void (*validate)(const Resource& resource, const Variable& variable, Complaints& complaints) = nullptr;
};

}  // namespace helpdesk
