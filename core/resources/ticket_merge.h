// A ticket that is merged into another one.
#pragma once

#include "model/rule.h"
#include "model/verb.h"

namespace helpdesk {

// What was said about the first ticket becomes part of the other, and the first is closed. Only tickets of
// one customer, or of one company, can be merged: an entry that one of them wrote would otherwise be seen by
// the other. A desk that wants it gives the first ticket to the other customer before.
extern const Verb merge_tickets;
extern const Rule merge_into;

}  // namespace helpdesk
