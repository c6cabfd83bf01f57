// One write while it is carried out: what its values refer to, and what the database has answered about that.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "db/connection.h"
#include "db/database.h"
#include "db/field_values.h"
#include "db/rules.h"
#include "db/statements/reference_sql.h"

namespace helpdesk::db {

// A value, with the texts in it that name rows, and the IDs of those rows.
struct Target {
    Target(const Write& of, const Value& stored) : write(&of), value(&stored) {}

    const Write* write;
    const Value* value;
    std::vector<std::optional<std::string>> names;  // nothing: the reference's first row
    std::vector<std::optional<std::uint64_t>> ids;  // one for each name; nothing: no such row
    bool adds_row = false;                          // with that name, if there is none
    Scope scope = {};  // of its reference, for the statement that stores it; known when the IDs are

    bool has_column() const { return !value->variable->column.empty(); }
    bool is_list() const { return value->variable->list != nullptr; }
    // Returns whether it names a row that does not exist and will not be added. Known once the IDs are known.
    bool names_nothing() const { return !adds_row && !ids.empty() && !ids.front(); }
    const Reference* reference() const {
        return is_list() ? value->variable->list->reference : value->variable->reference;
    }
    // Returns the references whose scope this value is, and which an update keeps although it changes the
    // scope.
    std::vector<const Variable*> bound() const;
    // Returns whether the row may lead back to the record, which its reference forbids. Nothing leads to a
    // record that is being added.
    bool may_close_ring() const;
    // Returns the ID of the row, as the scope of another reference.
    Statement id() const;
    // Returns the SQL for the value of its column. For a reference that is a subquery which locks the row
    // that it refers to. The server would lock it for the foreign key anyway, but MariaDB and MySQL do so at
    // different moments; like this, the wait for that row is over once the value is evaluated.
    std::string stored(std::vector<Parameter>& parameters) const;

  private:
    std::string unbound(std::vector<Parameter>& parameters) const;
    std::string taken_row(const Resource& resource, std::vector<Parameter>& parameters) const;
};

// Return the column that finds a write's record, and its value: the number or the name in the call.
std::string key_column(const Write& write);
Parameter key_value(const Write& write);

class WritePlan final : public RuledWrite {
  public:
    // A write of a rule is carried out beside that of a call. Its values are not checked, and no rules apply
    // to it. A part is added after the record that brings it.
    enum class Of { call, rule, part };
    // `owner` is the number of the record that a part belongs to; nothing: that is not stored.
    explicit WritePlan(const Write& write, Of of = Of::call, std::optional<std::uint64_t> owner = {});

    bool adding() const { return write_->action->verb.adds; }
    bool updating() const { return write_->action->verb.stores && !adding(); }
    bool removing() const { return write_->action->verb.removes; }
    const Write& write() const override { return *write_; }
    const Resource& resource() const { return write_->action->resource; }
    std::vector<Target>& targets() { return targets_; }
    const std::vector<Target>& targets() const { return targets_; }

    // Returns the rules that apply to this write.
    const AppliedRules& rules() const { return rules_; }
    AppliedRules& rules() { return rules_; }

    // Returns whether the change takes several statements or depends on what is stored: because of lists, new
    // rows, rules that read stored values or write other records, or headers of the request.
    bool needs_transaction() const { return !can_share() || writes_beside(); }

    // Returns whether it may share its statements with other writes of its shape.
    bool can_share() const;

    // Returns whether rules may write other records once this one is stored.
    bool writes_beside() const { return rules_.write_beside(); }

    // Returns whether rules update other records before this one is stored. Known when the question is
    // answered.
    bool updates_first() const { return !rules_.updated_first.empty(); }

    // Returns whether it is an add that was done before, so that nothing is to be stored. Known when the
    // question is answered.
    bool is_repeat() const { return is_repeat_; }

    // Returns whether it is such a write of a rule, or a part. No answer shows the number of its record.
    bool is_beside() const { return is_beside_; }

    // Returns the value that names the record into which the verb lets this one go. Null: it is about one.
    const Value* into() const;

    // Returns whether the verb removes the record when it has gone into another one.
    bool ends_record() const;

    // Returns whether it gives the record another identifier.
    bool renames() const { return new_name() != nullptr; }

    // Returns a text that is the same for writes that can share statements: their action, their variables,
    // and what they refer to.
    std::string shape() const;

    // Returns whether it may add rows to which its references then refer.
    bool adds_rows() const;

    // Returns whether no value refers to another row, or is the scope of a stored reference.
    bool names_no_rows() const;

    // Returns the fields that it gives.
    const FieldValues& fields() const { return fields_; }

    // Returns whether it needs the question: whether the statement that stores the record cannot find every
    // problem by itself.
    bool needs_question() const;

    // Returns the question: the SELECT of all that must be known before anything is stored. It gives one row,
    // whose column `question_number` holds `number`.
    Statement question(unsigned number);
    static constexpr unsigned question_number = 1;

    // Applies that row. Whatever is wrong becomes a problem.
    void apply_answer(const Rows& row);

    Problem not_found() const;
    // Returns why the statement of an update found no record, although there was one before.
    Problem missed() const;
    Problem already_exists() const;
    Problem full() const;
    Problem in_use() const;
    // Names the longest value. `most` is the number of bytes that the server accepts.
    Problem too_large(std::uint64_t most) const;

    Problems problems;
    std::uint64_t record_id = 0;
    bool takes_long = false;  // although the write is only for what is short; it must be rolled back
    std::string identifier;   // as stored
    // The outputs that a dry run tells besides the answer.
    std::vector<std::pair<std::string_view, std::string>> told;

    // Returns the number of the record that the answer is about, once everything is done.
    std::uint64_t answered_number() const;
    // Returns what the client is told, once everything is done.
    WriteResult result() const;

    std::uint64_t number() const override { return record_id; }
    const Value* value_after(const Variable& variable) const override;
    bool is_of_call(const Value& value) const override;
    const std::vector<FieldChange>& field_changes() const override { return fields_.changes(); }
    std::string id_after(const Variable& variable, std::vector<Parameter>& parameters) const override;
    std::string_view read_lock() const override;
    void set(const Variable& variable, std::optional<std::string> text) override;
    void refer_to_new(const Variable& variable, const std::string& name) override;
    void refuse(Problem problem) override { problems.push_back(std::move(problem)); }
    void leave() override { targets_.clear(); }

  private:
    void make_targets();
    void name_rows(Target& target) const;
    bool has_row_for_none(const Reference& reference) const;
    bool leaves_empty(const Value& value) const;
    Target& replace_target(const Variable& variable, std::optional<std::string> text);
    bool locks_record() const { return !adding() && needs_transaction(); }
    const Value* supplied(std::string_view name) const;
    const Value* new_name() const;
    std::string found_by(std::vector<Parameter>& parameters) const;
    std::string entity_tag_of(std::uint64_t version) const;
    const Target* supplied_scope(const Reference& reference) const;
    Scope asked_scope(const Variable& variable) const;
    Scope stored_scope(const Variable& variable) const;
    std::string chain_of(const Target& target, std::vector<Parameter>& parameters) const;
    void check_references();
    void check_bound(const Rows& row);
    void check_rings(const Rows& row);
    void check_version(const Rows& row);

    // The columns of the answer to the question.
    struct Asked {
        unsigned id = 0;
        unsigned identifier = 0;
        unsigned version = 0;              // 0: not asked for
        unsigned count = 0;                // of the resource's records; 0: not asked for
        std::vector<unsigned> references;  // the ID for each name of each target, in their order
        // Each says whether the stored value of a reference is in its new scope.
        std::vector<std::pair<const Variable*, unsigned>> bound;
        // The Chain to which a reference leads.
        std::vector<std::pair<const Variable*, unsigned>> rings;
    };

    const Write* write_;
    bool is_beside_;
    std::optional<std::uint64_t> owner_;
    bool is_repeat_ = false;
    AppliedRules rules_;
    FieldValues fields_;
    std::vector<Target> targets_;
    std::vector<std::unique_ptr<Value>> filled_;  // by rules
    Asked asked_;
    std::uint64_t version_ = 0;  // if there is an If-Match
};

// Asks the questions of all plans, which have one shape, with one statement.
void ask_together(Connection& connection, std::span<WritePlan* const> plans);

// Plans of one shape that have the same question: they name the same records.
using SameQuestion = std::vector<WritePlan*>;
// Puts plans of one shape together that have the same question.
std::vector<SameQuestion> same_questions(std::span<WritePlan* const> plans);
// Asks these questions, each once for all of its plans, with one statement.
void ask_together(Connection& connection, std::span<const SameQuestion> questions);

}  // namespace helpdesk::db
