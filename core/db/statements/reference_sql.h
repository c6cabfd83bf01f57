// The SQL that finds the rows to which references refer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.h"
#include "model/resource.h"

namespace helpdesk::db {

// The scope of a reference, in SQL: the row that is found must have this ID in `column`. Without a column
// there is no scope.
struct Scope {
    std::string_view column = {};
    Statement id = {};
};

// Says what the statement with the expression does. One that writes a table always locks.
struct Use {
    bool locks = false;  // the rows that it finds, until the transaction ends
    std::string_view written = {};
    bool follows = false;  // a record that was merged to the one that it was merged into
};

// Each of these functions returns an expression.

// Its value is the ID of the row that a text names; nothing names the default. NULL if there is no such row.
std::string id_query(const Reference& reference, const std::optional<std::string>& text, const Scope& scope,
                     const Use& use, std::vector<Parameter>& parameters);

// Its value is the ID of a row that was found before, or 0 if that was deleted or left its scope in the
// meantime, or was merged into another one.
std::string same_id(const Reference& reference, std::uint64_t id, const Scope& scope, const Use& use,
                    std::vector<Parameter>& parameters);

// Its value is a column of the row to which the number leads that is the next parameter. It locks the row.
std::string locked_column(const Reference& reference, std::string_view column);

// Its value says whether a stored ID is NULL or that of a row in the scope. `stored` is its column.
std::string is_in_scope(const Reference& reference, const std::string& stored, const Scope& scope,
                        const Use& use, std::vector<Parameter>& parameters);

}  // namespace helpdesk::db
