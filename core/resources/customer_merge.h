// A customer who is merged into another one.
#pragma once

#include "model/merging.h"
#include "model/verb.h"

namespace helpdesk {

// Both are the same person. All that the first one has is the other's from then on, and the first one is
// gone. A sign-in is not taken over: the other one keeps a password, or has none.
extern const Verb merge_customer;
extern const Rule merge_into_customer;
extern const Merging customer_merging;

}  // namespace helpdesk
