// The SQL that reads the values of a record's fields (model/fields.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/stored_record.h"
#include "model/fields.h"

namespace helpdesk::db {

// Returns the expression of all fields of `record`, in the order of their numbers, as one text. A field
// without a value is among them.
std::string fields_sql(const Fields& fields);

// Returns the fields in such a text. Throws std::runtime_error for any other text.
std::vector<StoredField> unpack_fields(std::string_view text);

// The expression of a field, in a SELECT from the table of fields, as one text.
inline constexpr std::string_view definition_sql =
    "CONCAT_WS(',', type, data_type, required, COALESCE(max_size, 0), options)";

// Returns the field in such a text.
FieldDefinition definition_of(std::uint64_t number, std::string_view text);

}  // namespace helpdesk::db
