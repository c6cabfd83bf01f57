// One write on one connection: resolves what the values refer to, then stores them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connection.h"

namespace helpdesk::db {

// The problem of an add whose identifier is taken.
Problem already_exists(const Write& write);

class Writer {
  public:
    Writer(Connection& connection, const Write& write);

    // One attempt. Throws sql::SQLException, with the transaction open if there is one.
    WriteResult run();

    // Whether the statement that makes the change last was on its way: after a lost connection its outcome is
    // unknown, and it must not be repeated.
    bool committing() const { return committing_; }

  private:
    // A Value with the texts in it that name rows, and the IDs of those rows.
    struct Target {
        const Value* value;
        std::vector<std::optional<std::string>> names;  // nothing: the reference's first row
        std::vector<std::optional<std::uint64_t>> ids;  // one for each name; nothing: no such row
    };

    bool adding() const { return write_.action->verb == Verb::add; }
    const Value* supplied(std::string_view name) const;
    bool needs_transaction() const;
    void resolve(WriteResult& result);
    void check_references(Problems& problems) const;
    void check_pairs(const sql::ResultSet& row, unsigned first_column, Problems& problems) const;
    void create_rows();
    Parameter parameter(const Target& target) const;
    void insert_record();
    void update_record();
    void replace_list(const Target& target);
    std::vector<std::vector<Parameter>> list_rows(const Target& target);

    Connection& connection_;
    const Write& write_;
    const Resource& resource_;
    std::vector<Target> targets_;
    std::uint64_t record_id_ = 0;
    bool committing_ = false;
};

}  // namespace helpdesk::db
