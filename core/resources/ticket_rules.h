// The rules of tickets.
#pragma once

#include <array>

#include "model/rule.h"

namespace helpdesk {

// In the order in which they run.
extern const std::array<const Rule*, 17> ticket_rules;

}  // namespace helpdesk
