// The SQL of a selection: the conditions of its finders (model/finder.h), and the order of a list.
#pragma once

#include <span>
#include <string>

#include "db/connection.h"
#include "db/statements/keyword_sql.h"
#include "request/select.h"

namespace helpdesk::db {

// Adds ` FROM … AS record … WHERE …` to a statement that begins with SELECT. `joins` are the tables of other
// outputs, as reference_joins() gives them. A walk has conditions of its own in `walk_condition`, which then
// replace those of its selectors. A keyword's `leading` word, if any, is where the join begins. `field_texts`
// are those of its conditions on fields.
void add_selection(Statement& statement, const Selection& selection, const std::string& joins,
                   const Statement& walk_condition, const std::optional<LeadingWord>& leading = {},
                   std::span<const std::string> field_texts = {});

// Returns ` ORDER BY …`: the order that the client asked for, otherwise that of the index that serves the
// conditions. The ID decides between equals.
std::string order_of(const Selection& selection);

// Returns whether an index of the table itself serves every condition, so that the records come in order
// without being sorted.
bool is_in_order(const Selection& selection);

}  // namespace helpdesk::db
