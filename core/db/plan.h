// One write while it is carried out: what its values refer to, and what the database said to that.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "db/connection.h"
#include "db/database.h"
#include "db/rules.h"
#include "db/statements/reference_sql.h"

namespace helpdesk::db {

// A Value with the texts in it that name rows, and the IDs of those rows.
struct Target {
    const Write* write;
    const Value* value;
    std::vector<std::optional<std::string>> names;  // nothing: the reference's first row
    std::vector<std::optional<std::uint64_t>> ids;  // one for each name; nothing: no such row
    bool adds_row = false;                          // of that name, if there is none
    Scope scope = {};  // of its reference, for the statement that stores it; known when the IDs are

    bool is_list() const { return value->variable->list != nullptr; }
    // Whether it names a row that is not there and will not be. Known when the IDs are.
    bool names_nothing() const { return !adds_row && !ids.empty() && !ids.front(); }
    const Reference* reference() const {
        return is_list() ? value->variable->list->reference : value->variable->reference;
    }
    // The references that an update leaves as they are, although it changes their scope: to what this is.
    std::vector<const Variable*> bound() const;
    // Whether the row may lead back to the record, which its reference forbids. Nothing leads to a record
    // that is being added.
    bool may_close_ring() const;
    // The ID of the row, as the scope of another reference of the record.
    Statement id() const;
    // Returns the SQL for the value of its column. A reference is a subquery that locks the row it refers to:
    // the server would lock it for the foreign key anyway, but each server at another moment. So the wait for
    // that row is over once the value is evaluated.
    std::string stored(std::vector<Parameter>& parameters) const;

  private:
    std::string unbound(std::vector<Parameter>& parameters) const;
};

// The column that finds a write's record, and its value: the number or the name that the call gave.
std::string key_column(const Write& write);
Parameter key_value(const Write& write);

class WritePlan final : public RuledWrite {
  public:
    // A rule's write is done beside that of a call: its values are right as they are, and no rules apply to
    // it.
    enum class Of { call, rule };
    explicit WritePlan(const Write& write, Of of = Of::call);

    bool adding() const { return write_->action->verb.adds; }
    bool updating() const { return write_->action->verb.stores && !adding(); }
    bool removing() const { return write_->action->verb.removes; }
    const Write& write() const override { return *write_; }
    const Resource& resource() const { return write_->action->resource; }
    std::vector<Target>& targets() { return targets_; }
    const std::vector<Target>& targets() const { return targets_; }

    // The rules of the resource that apply to this write.
    const AppliedRules& rules() const { return rules_; }
    AppliedRules& rules() { return rules_; }

    // Whether more than one statement makes the change, or it hangs on what is stored: lists, new rows, a
    // rule over stored values, records beside, and what the request's headers ask for.
    bool needs_transaction() const { return !can_share() || writes_beside(); }

    // Whether it may share its statements with other writes of its shape.
    bool can_share() const;

    // Whether rules may write other records once this one is stored.
    bool writes_beside() const { return rules_.write_beside(); }

    // Whether this is such a record, whose number nobody is told.
    bool is_beside() const { return is_beside_; }

    // Whether it may add rows for its references to name.
    bool adds_rows() const;

    // Whether no value refers to another row, and none is the scope of what does.
    bool names_no_rows() const;

    // Whether anything can be wrong that the statement which stores the record would not meet by itself.
    bool needs_question() const;

    // Returns the SELECT for all that the database must say before anything is stored. It gives one row,
    // whose column `question_number` holds `number`.
    Statement question(unsigned number);
    static constexpr unsigned question_number = 1;

    // Takes that row. What is wrong becomes a problem.
    void take_answer(const Rows& row);

    Problem not_found() const;
    // Why an update, or the like, did not meet its record, which was there before.
    Problem missed() const;
    Problem already_exists() const;
    Problem in_use() const;
    // Names the longest value, for which the server takes no more bytes than these.
    Problem too_large(std::uint64_t most) const;

    Problems problems;
    std::uint64_t record_id = 0;
    std::string identifier;  // as stored

    // What the client is told, once all is done.
    WriteResult result() const;

    std::uint64_t number() const override { return record_id; }
    const Value* value_after(const Variable& variable) const override;
    bool is_of_call(const Value& value) const override;
    std::string id_after(const Variable& variable, std::vector<Parameter>& parameters) const override;
    std::string_view read_lock() const override;
    void set(const Variable& variable, std::optional<std::string> text) override;
    void refer_to_new(const Variable& variable, const std::string& name) override;
    void refuse(Problem problem) override { problems.push_back(std::move(problem)); }
    void leave() override { targets_.clear(); }

  private:
    void make_targets();
    Target make_target(const Value& value) const;
    Target& replace_target(const Variable& variable, std::optional<std::string> text);
    bool locks_record() const { return !adding() && needs_transaction(); }
    const Value* supplied(std::string_view name) const;
    std::string entity_tag_of(std::uint64_t version) const;
    const Target* supplied_scope(const Reference& reference) const;
    Scope asked_scope(const Variable& variable) const;
    Scope stored_scope(const Variable& variable) const;
    std::string chain_of(const Target& target, std::vector<Parameter>& parameters) const;
    void check_references();
    void check_bound(const Rows& row);
    void check_rings(const Rows& row);
    void check_version(const Rows& row);

    // Where the answer to the question has what.
    struct Asked {
        unsigned id = 0;
        unsigned identifier = 0;
        unsigned version = 0;              // 0: not asked for
        std::vector<unsigned> references;  // the ID for each name of each target, in their order
        // Whether what is stored of a reference is in its new scope.
        std::vector<std::pair<const Variable*, unsigned>> bound;
        // The Chain to which a reference leads.
        std::vector<std::pair<const Variable*, unsigned>> rings;
    };

    const Write* write_;
    bool is_beside_;
    AppliedRules rules_;
    std::vector<Target> targets_;
    std::vector<std::unique_ptr<Value>> filled_;  // by rules
    Asked asked_;
    std::uint64_t version_ = 0;  // where there is an If-Match
};

}  // namespace helpdesk::db
