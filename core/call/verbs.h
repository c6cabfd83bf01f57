// Functions that verbs share which change one record, for those that are made elsewhere.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "call/incoming.h"
#include "call/work.h"
#include "model/action.h"

namespace helpdesk {

// Return the variables of a verb that names a record and takes no values, and what the reference says of its
// action.
std::vector<std::string> names_of_record(const Verb& verb, const Resource& resource);
std::string describe_change_of_record(const Action& action);

// Check the request of a write, and begin its work. Problems are added to those of the request.
Write check_write(const Incoming& incoming);
std::unique_ptr<Work> begin_write(const Incoming& incoming);

}  // namespace helpdesk
