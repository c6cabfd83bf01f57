// Records that are deleted and may be restored, and those that belong to them, are nowhere.
#pragma once

#include <string>

#include "model/resource.h"

namespace helpdesk::db {

// Returns the condition, ` AND …`, that a row is not hidden; or that it is deleted, but what it belongs to is
// not. Empty if nothing hides the resource's records.
std::string and_not_hidden(const Resource& resource, const std::string& row, bool is_deleted = false);

}  // namespace helpdesk::db
