// One write while it is carried out: what its values refer to, and what the database said to that.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "db/connection.h"
#include "db/database.h"
#include "db/statements/reference_sql.h"

namespace helpdesk::db {

// A Value with the texts in it that name rows, and the IDs of those rows.
struct Target {
    const Write* write;
    const Value* value;
    std::vector<std::optional<std::string>> names;  // nothing: the reference's first row
    std::vector<std::optional<std::uint64_t>> ids;  // one for each name; nothing: no such row
    Scope scope = {};  // of its reference, for the statement that stores it; known when the IDs are

    bool is_list() const { return value->variable->list != nullptr; }
    bool creates_row() const { return !value->new_name.empty(); }
    // Whether it names a row that is not there and will not be. Known when the IDs are.
    bool names_nothing() const { return !creates_row() && !ids.empty() && !ids.front(); }
    const Reference* reference() const {
        return is_list() ? value->variable->list->reference : value->variable->reference;
    }
    // The references that an update leaves as they are, although it changes their scope: to what this is.
    std::vector<const Variable*> bound() const;
    // The ID of the row, as the scope of another reference of the record.
    Statement id() const;
    // Returns the SQL for the value of its column. A reference is a subquery that locks the row it refers to:
    // the server would lock it for the foreign key anyway, but each server at another moment. So the wait for
    // that row is over once the value is evaluated.
    std::string stored(std::vector<Parameter>& parameters) const;

  private:
    std::string located(std::vector<Parameter>& parameters) const;
    std::string unbound(std::vector<Parameter>& parameters) const;
};

// A condition: that the values which stand beside those of the write are what they were when they were read.
// Empty when there are none.
std::string as_read(const Write& write, std::vector<Parameter>& parameters);

// The column that finds a write's record, and its value: the number or the name that the call gave.
std::string key_column(const Write& write);
Parameter key_value(const Write& write);

class WritePlan {
  public:
    explicit WritePlan(const Write& write);

    bool adding() const { return write_->action->verb.adds; }
    bool updating() const { return write_->action->verb.stores && !adding(); }
    bool removing() const { return write_->action->verb.removes; }
    const Write& write() const { return *write_; }
    const Resource& resource() const { return write_->action->resource; }
    std::vector<Target>& targets() { return targets_; }
    const std::vector<Target>& targets() const { return targets_; }

    // Whether more than one statement makes the change, or it hangs on what is stored: lists, new rows, a
    // rule over stored values, and what the request's headers ask for.
    bool needs_transaction() const;

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

  private:
    const Value* supplied(std::string_view name) const;
    std::string entity_tag_of(std::uint64_t version) const;
    const Target* supplied_scope(const Reference& reference) const;
    Scope asked_scope(const Variable& variable) const;
    Scope stored_scope(const Variable& variable) const;
    void check_references();
    void check_bound(const Rows& row);
    void check_pairs(const Rows& row);
    void check_version(const Rows& row);

    // Where the answer to the question has what.
    struct Asked {
        unsigned id = 0;
        unsigned identifier = 0;
        unsigned version = 0;                                           // 0: not asked for
        std::vector<std::pair<const Variable*, unsigned>> coordinates;  // whether there is one
        std::vector<unsigned> references;  // the ID for each name of each target, in their order
        // Whether what is stored of a reference is in its new scope.
        std::vector<std::pair<const Variable*, unsigned>> bound;
    };

    const Write* write_;
    std::vector<Target> targets_;
    Asked asked_;
    std::uint64_t version_ = 0;  // where there is an If-Match
};

}  // namespace helpdesk::db
