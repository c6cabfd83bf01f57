// Resources for tests of references: tickets, which are known by a number; technicians, which are known by a
// `uid` and refer to each other; and sub-topics, whose titles are unique within their topic only. Their
// tables are in e2e/test_references.py.
#pragma once

#include "model/action.h"
#include "model/resource.h"

namespace helpdesk::trial {

const Resource& technicians();
const Resource& topics();
const Resource& sub_topics();
const Resource& tickets();

// The actions of all of them.
const std::vector<Action>& actions();
const Action* find_action(std::string_view name);

}  // namespace helpdesk::trial
