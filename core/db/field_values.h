// The values of fields that one write gives (model/fields.h): what the fields are, what is stored, and what
// becomes of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.h"
#include "db/rules.h"
#include "db/statements/columns.h"
#include "request/check.h"

namespace helpdesk::db {

class FieldValues {
  public:
    FieldValues() = default;
    explicit FieldValues(const Write& write);

    // Adds what must be known to the question: each field that the call gives, and which fields a new record
    // must have. `lock` ends the subqueries of a write that locks its record.
    void add_question(Columns& columns, std::vector<Parameter>& parameters, std::string_view lock);
    // Checks the values. Whatever is wrong is added to `problems`.
    void apply_answer(const Rows& row, Problems& problems);

    // Returns what becomes of each field, known once the question is answered.
    const std::vector<FieldChange>& changes() const { return changes_; }

    // Stores the values that change, of the record with this number.
    void store(Connection& connection, std::uint64_t record) const;

  private:
    void expect_required(const std::string& required, Problems& problems) const;
    // Inserts a power of two of values at once, so that few prepared statements serve all counts.
    void insert(Connection& connection, std::uint64_t record,
                std::span<const FieldChange* const> changes) const;

    const Write* write_ = nullptr;
    const Value* value_ = nullptr;  // null: the write gives no fields, and needs none
    std::vector<FieldChange> changes_;
    // The columns of the answer; 0: not asked for.
    struct Asked {
        unsigned definition = 0;
        unsigned before = 0;
    };
    std::vector<Asked> asked_;  // one for each field that is given
    unsigned asked_required_ = 0;
    unsigned asked_size_ = 0;
};

}  // namespace helpdesk::db
