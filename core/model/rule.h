// The rules of a resource. A rule fills values that a call does not supply, forbids a change, or writes
// something else in the same transaction.
//
// A rule is a row of its resource's `rules`. It says when it applies and what it reads, and has functions
// that see the write as a Change; it contains no SQL. The question that the database layer asks before a
// write reads what all rules need, so that they need no round trip of their own. Only what they write beside
// a record takes another statement.
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

// A value as text, or nothing if it is NULL or there is none.
using MaybeText = std::optional<std::string>;

// Records of another resource that refer to a record by `variable`, except those that have `kept` in
// `unless`.
struct Belongings {
    const Resource& (*resource)();
    std::string_view variable;
    std::string_view unless = {};
    std::string_view kept = {};
    bool shown = true;  // answers show that reference, and who merges is told how many records have it
};

// One write while it is carried out. A time is `YYYY-MM-DD hh:mm:ss` in UTC, a list its items between commas,
// a reference the name that answers show for it.
//
// A member function throws std::logic_error if it is given a variable or a column that the rule does not
// read, or if it is called from a function of the rule that it is not for.
class Change {
  public:
    Change() = default;
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    virtual ~Change() = default;

    virtual bool adding() const = 0;
    virtual bool updating() const = 0;
    virtual bool removing() const = 0;
    // Returns the number of the record. It is 0 for an add before `also`.
    virtual std::uint64_t number() const = 0;

    // Returns whether the call supplies the variable. On add, an empty value counts as none; on update, it
    // clears the variable.
    // A record that is brought from elsewhere supplies empty values as well.
    virtual bool gives(std::string_view variable) const = 0;
    // Returns whether the call brings the records that are part of this one, even if there are none.
    virtual bool brings_parts() const = 0;
    // Returns the value that is stored. Nothing on add.
    virtual MaybeText before(std::string_view variable) const = 0;
    // Returns the value that will be stored: the one from the call or a rule, otherwise the stored one. A
    // reference that a rule set is what it was shown as, or the text that it was set to.
    virtual MaybeText after(std::string_view variable) const = 0;
    // Returns a column of the row that a reference names after the change, as SQL shows it. A variable there
    // that is itself a reference leads on: `status` is the name of what it refers to, `status.closed` a
    // column of that. One that is a list has its items, or their dates, between commas.
    virtual MaybeText referred(std::string_view variable, std::string_view column) const = 0;
    // Returns the name of the key that the call came with.
    virtual const std::string& key_name() const = 0;
    // Returns the time at which the database was asked.
    virtual const std::string& now() const = 0;
    // Returns those of the variables that rules read whose values change, and the fields that do. before()
    // and after() take the name of a field that the call gives as well.
    virtual std::vector<std::string_view> changed() const = 0;

    // For `prepare` and `fill`: sets a value, as the text that is stored. A reference takes a name or a
    // number, as in a call; one that names no row becomes none.
    // Where that is a number, `shown` is the name that answers show for it, which after() returns.
    virtual void set(std::string_view variable, MaybeText text, MaybeText shown = {}) = 0;
    // For `prepare`: lets a reference name a row by its name, which is added if there is none.
    virtual void refer_to_new(std::string_view variable, const std::string& name) = 0;

    // For `check`: refuses the write. Nothing of it is stored.
    virtual void forbid(Problem problem) = 0;
    // For `check`: stores nothing of an update, or an erasure, that changes nothing. The record keeps its
    // version and time.
    virtual void leave() = 0;
    // For `check`: updates the record of another resource that has the number, before this one is stored and
    // in the same transaction. The rules of that resource apply, and its problems are those of this write.
    // All that this write reads is then read again, and what the rules want to update is not updated again.
    using Values = std::vector<std::pair<std::string_view, MaybeText>>;
    virtual void update(const Resource& resource, const std::string& number, Values values) = 0;

    // For `also`: adds a record of another resource; a variable that is not named gets its default. The
    // values are not checked, and rules of that resource do not apply. It has no lists.
    virtual void add(const Resource& resource, Values values) = 0;
    // For `also`: adds the words of a text to the index by which keywords find the record of a resource that
    // has the number; or if a text was changed or removed, reads all its texts again.
    virtual void add_words(const Resource& resource, const std::string& number, std::string text,
                           bool is_html) = 0;
    virtual void renew_words(const Resource& resource, const std::string& number) = 0;
    // For `also`: gives what belongs to the record to the one with the number.
    virtual void move(const Belongings& belongings, const std::string& to) = 0;
    // For `also`: merges the record into the one with the number, as its resource's `merging` says, once what
    // was moved is there, and removes it. The write answers with the other one's identifier.
    virtual void merge(const std::string& into, const std::string& identifier) = 0;
    // For `also`: erases what other records say about this one, as its resource's `erasing` says.
    virtual void erase_traces() = 0;
    // For `also`: gives `to` to all other records of the resource that have `from` in the variable. Writes
    // that do this at once wait for each other.
    virtual void change_others(std::string_view variable, const std::string& from, const std::string& to) = 0;
};

// A column of the row that a reference names, or a variable of it that is a reference, as referred() reads
// it.
struct Referred {
    std::string_view variable;
    std::string_view column;

    bool operator==(const Referred&) const = default;
};

struct Rule {
    using Function = void (*)(Change& change);

    // The writes to which it applies. An update or a removal with a rule is a transaction that locks its
    // record, and the rows to which that refers, when it reads them; it shares no statements. An add locks
    // nothing when it reads: it sees what it refers to as it was when the database was asked, and still
    // shares statements.
    bool on_add = false;
    bool on_bring = false;  // an add of what is brought from elsewhere, which `on_add` does not include
    bool on_update = false;
    bool on_remove = false;
    bool on_erase = false;
    // If not empty, it applies only to adds and updates that supply one of these variables.
    Few<std::string_view, 8> if_given = {};

    // The variables that the functions read: those that an update may change, and these.
    bool reads_changed = false;
    Few<std::string_view, 16> reads = {};
    Few<std::string_view, 4> sets = {};  // those that an update may change because `fill` sets them
    Few<Referred, 8> refers = {};        // each written as Referred{…}: braces alone do not tell them apart

    // They run in this order, each for all rules before the next one.
    Function prepare = nullptr;  // before the database is asked: knows what the call gives, and nothing else
    Function fill = nullptr;     // gives values
    Function check = nullptr;    // forbids
    Function also = nullptr;     // once the record is stored, in the same transaction: writes other records
};

}  // namespace helpdesk
