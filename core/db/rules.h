// The rules of a resource (model/rule.h) while one write is carried out: what they read from the database,
// and the Change that their functions see.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.h"
#include "db/statements/columns.h"
#include "db/words.h"
#include "model/action.h"
#include "model/rule.h"
#include "request/check.h"

namespace helpdesk::db {

// A field of the record, before and after the write (db/field_values.h).
struct FieldChange {
    std::uint64_t number;
    std::string name;
    MaybeText before = {};
    MaybeText after = {};

    bool is_change() const { return before.value_or("") != after.value_or(""); }
};

// A write as its rules see and change it.
class RuledWrite {
  public:
    RuledWrite() = default;
    RuledWrite(const RuledWrite&) = delete;
    RuledWrite& operator=(const RuledWrite&) = delete;
    RuledWrite(RuledWrite&&) = default;
    RuledWrite& operator=(RuledWrite&&) = default;
    virtual ~RuledWrite() = default;

    virtual const Write& write() const = 0;
    // Returns the number of the record. 0: it has none yet.
    virtual std::uint64_t number() const = 0;
    // Returns the value that the record will have, from the call or from a rule. Null: the stored one stays.
    virtual const Value* value_after(const Variable& variable) const = 0;
    // Returns whether a value is from the call, not from a rule.
    virtual bool is_of_call(const Value& value) const = 0;
    // Returns what becomes of the fields that the call gives.
    virtual const std::vector<FieldChange>& field_changes() const = 0;
    // Returns the SQL for the ID that a reference will hold, for use in the question.
    virtual std::string id_after(const Variable& variable, std::vector<Parameter>& parameters) const = 0;
    // Returns how a subquery of the question ends, so that what it reads does not change before the record is
    // stored.
    virtual std::string_view read_lock() const = 0;

    virtual void set(const Variable& variable, std::optional<std::string> text) = 0;
    virtual void refer_to_new(const Variable& variable, const std::string& name) = 0;
    virtual void refuse(Problem problem) = 0;
    virtual void leave() = 0;
};

// A record that a rule adds beside another, or updates before it.
struct Beside {
    // `values` are those of the record that is added, or if there is a number, the new ones of that record.
    Beside(const Resource& resource, const Change::Values& values, std::optional<std::uint64_t> number = {});

    Action action;
    Write write;
};

// A value that a rule gives to other records of its resource.
struct ChangeOfOthers {
    const Variable* variable;
    std::string from;
    std::string to;
};

// Gives what belongs to the record to another one.
struct Move {
    const Belongings& belongings;
    std::uint64_t to;
};

// The record into which the record goes, before it is removed.
struct MergeInto {
    std::uint64_t number;
    std::string identifier;
};

// The rules that apply to one write, and what they have read from the database.
class AppliedRules {
  public:
    AppliedRules() = default;
    explicit AppliedRules(const Write& write);

    bool empty() const { return rules_.empty(); }
    // Returns whether any of them needs the question.
    bool ask() const;
    // Returns whether any of them may write other records.
    bool write_beside() const { return has(&Rule::also); }
    // Returns a text that differs for different sets of rules of one resource.
    std::string shape() const;

    // Adds the columns that the rules read to the question. They are the same for all writes with these
    // rules.
    void add_question(const RuledWrite& write, Columns& columns, std::vector<Parameter>& parameters);
    // Keeps what the rules read.
    void apply_answer(const RuledWrite& write, const Rows& row);

    void prepare(RuledWrite& write);
    // Fills values and checks them. Must be called after apply_answer().
    void fill_and_check(RuledWrite& write);
    // Collects what is written beside the record. Must be called once that is stored.
    void collect(RuledWrite& write);

    std::vector<std::unique_ptr<Beside>> updated_first;
    std::vector<std::unique_ptr<Beside>> added;
    std::vector<ChangeOfOthers> of_others;
    std::vector<Move> moved;
    std::optional<MergeInto> merged;
    bool erases_traces = false;
    std::vector<IndexedText> indexed;

  private:
    friend class PlannedChange;

    enum class Of { before, after, referred };
    struct Reading {
        Of of;
        const Variable* variable;
        std::string_view column = {};  // of what it refers to
        unsigned place = 0;            // 0: not asked for
        MaybeText text = {};
    };

    bool has(Rule::Function Rule::*function) const;
    bool sets(std::string_view variable) const;
    // Returns whether rules read what an update changes, but not this variable.
    bool overlooks(const Resource& resource, const Variable& variable) const;
    void read(const Resource& resource, const Variable& variable, bool adding);
    void add_reading(Reading reading);
    const Reading* find(Of of, const Variable& variable, std::string_view column = {}) const;

    std::vector<const Rule*> rules_;
    std::vector<Reading> readings_;
    std::map<const Variable*, MaybeText> shown_;  // of references that rules set
    unsigned now_place_ = 0;
    std::string now_;
};

}  // namespace helpdesk::db
