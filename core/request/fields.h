// Checks the values of fields, once the database has told what the fields are.
#pragma once

#include <optional>
#include <string>

#include "answer/problem.h"
#include "model/fields.h"

namespace helpdesk {

struct Resource;

// Returns the text that is stored if a call gives `text` to a field of the resource's records. Returns
// nothing for no value. Adds what is wrong to `problems`; the result must then not be used.
std::optional<std::string> read_field(const Resource& resource, const FieldDefinition& field,
                                      const std::string& text, Problems& problems);

}  // namespace helpdesk
