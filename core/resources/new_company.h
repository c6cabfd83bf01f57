// Lets a call on a customer create the customer's company: company=create_new, with its name in new_company.
#pragma once

#include "model/kind.h"
#include "model/rule.h"

namespace helpdesk {

// A reference to a company, or `create_new`.
extern const Kind company_or_new;

// The name of the company to create. Ignored without company=create_new.
extern const Kind new_company;

// Creates it, unless there is a company of that name.
extern const Rule create_company;

}  // namespace helpdesk
