// A customer who asked to be forgotten.
#pragma once

#include "model/erasing.h"
#include "model/rule.h"
#include "model/verb.h"

namespace helpdesk {

// Nothing says any more who the customer was. The tickets stay with their numbers, of a customer whose name
// tells nothing. What technicians wrote stays as well.
extern const Verb erase_customer;
extern const Rule erase_person;
extern const Erasing customer_erasing;

}  // namespace helpdesk
