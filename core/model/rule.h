// The rules of a resource: what fills values that a call does not give, what forbids a change, and what else
// is written with it, in the same transaction.
//
// A rule is a row of its resource's `rules`: when it applies, what it reads, and functions that see the write
// as a Change. It knows no SQL. The question that the database layer asks before a write reads what all rules
// of it need, so that rules cost no round trip of their own; only what is added beside is a statement more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer/problem.h"
#include "model/selector.h"

namespace helpdesk {

struct Resource;

// A value as text; nothing: NULL, or none.
using MaybeText = std::optional<std::string>;

// One write while it is carried out. A time is `YYYY-MM-DD hh:mm:ss` in UTC, a list its items between commas,
// a reference the name that answers show for it.
//
// A member function that names a variable, or a column, which the rule does not read throws
// std::logic_error, as does one that is called in a function of the rule that it is not for.
class Change {
  public:
    Change() = default;
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    virtual ~Change() = default;

    virtual bool adding() const = 0;
    virtual bool updating() const = 0;
    virtual bool removing() const = 0;
    // The number of the record. 0 while an add has none yet, which is until `also`.
    virtual std::uint64_t number() const = 0;

    // Whether the call supplies the variable. An empty value is none on add, and clears the variable on
    // update.
    virtual bool gives(std::string_view variable) const = 0;
    // The value that is stored. Nothing on add.
    virtual MaybeText before(std::string_view variable) const = 0;
    // The value that will be stored: what the call or a rule gives, or what was stored and stays. A reference
    // that a rule set is the text that it was set to.
    virtual MaybeText after(std::string_view variable) const = 0;
    // A column of the row that a reference names after the change, as SQL shows it.
    virtual MaybeText referred(std::string_view variable, std::string_view column) const = 0;
    // The time at which the database was asked.
    virtual const std::string& now() const = 0;
    // The variables, of those that rules read, whose value changes.
    virtual std::vector<std::string_view> changed() const = 0;

    // For `prepare` and `fill`: sets a value, as the text that is stored. A reference takes a name or a
    // number, as in a call; one that names no row becomes none.
    virtual void set(std::string_view variable, MaybeText text) = 0;
    // For `prepare`: lets a reference name a row by its name, which is added if there is none.
    virtual void refer_to_new(std::string_view variable, const std::string& name) = 0;

    // For `check`: refuses the write. Nothing of it is stored.
    virtual void forbid(Problem problem) = 0;
    // For `check`: stores nothing of an update, which changes nothing. Its record keeps its version and time.
    virtual void leave() = 0;

    // For `also`: adds a record of another resource; a variable that is not named gets its default. The
    // values are not checked, and rules of that resource do not apply. It has no lists.
    using Values = std::vector<std::pair<std::string_view, MaybeText>>;
    virtual void add(const Resource& resource, Values values) = 0;
    // For `also`: gives `to` to all other records of the resource that have `from` in the variable. Writes
    // that do this at once wait for each other.
    virtual void change_others(std::string_view variable, const std::string& from, const std::string& to) = 0;
};

// A column of the row that a reference names.
struct Referred {
    std::string_view variable;
    std::string_view column;

    bool operator==(const Referred&) const = default;
};

struct Rule {
    using Function = void (*)(Change& change);

    // Which writes it applies to. An update or a removal with a rule is a transaction, which locks its record
    // and the rows that it refers to when it reads them, and shares no statements. An add locks nothing when
    // it reads: it sees what it refers to as it was when the database was asked, and still shares statements.
    bool on_add = false;
    bool on_update = false;
    bool on_remove = false;
    // Adds and updates only that supply one of these variables. None: all of them.
    Few<std::string_view, 8> if_given = {};

    // What the functions read; all that a call can read, or these variables.
    bool reads_all = false;
    Few<std::string_view, 16> reads = {};
    Few<Referred, 8> refers = {};  // each written as Referred{…}: braces alone do not tell them apart

    // In this order, each for all rules before the next one.
    Function prepare = nullptr;  // before the database is asked: knows what the call gives, and nothing else
    Function fill = nullptr;     // gives values
    Function check = nullptr;    // forbids
    Function also = nullptr;     // once the record is stored, in the same transaction: writes other records
};

}  // namespace helpdesk
