// The company that a customer's call may create: company=create_new, and new_company with its name.
#pragma once

#include "model/kind.h"
#include "model/rule.h"

namespace helpdesk {

// A reference to a company, or `create_new`.
extern const Kind company_or_new;

// The name of the company to create; otherwise ignored.
extern const Kind new_company;

extern const Rule create_company;

}  // namespace helpdesk
