// The kinds of variables. Each is made in a file of kinds/.
#pragma once

#include "model/kind.h"

namespace helpdesk::kinds {

extern const Kind text;        // text of at most `limit` characters
extern const Kind identifier;  // text that finds the record: required, trimmed, never empty
extern const Kind email;       // text; a bad address is an error only with `helpdesk_email_check on`
extern const Kind password;    // text that is stored as a hash only; empty: unchanged
extern const Kind choice;      // one of the words of `choices`
extern const Kind flag;        // Y or N and nothing else; N without `choices`
extern const Kind integer;     // a whole number within `range`
extern const Kind decimal;     // an exact decimal with at most four decimals, within `range` if it has one
extern const Kind money;       // a decimal that is shown with at least two decimals
extern const Kind degrees;     // decimal degrees within `range`; both `companion`s or neither
extern const Kind time;        // a moment, in the formats of date.h
extern const Kind reference;   // names a row of another table
extern const Kind named;       // names a row of another table; not stored, read by rules alone
extern const Kind text_list;   // comma-separated; duplicates folded
extern const Kind email_list;  // text_list of addresses, checked as `email` is
extern const Kind id_list;     // comma-separated IDs of rows of another table; duplicates are an error
extern const Kind name_list;   // comma-separated names of rows of another table
extern const Kind fields;      // the values of all fields of `fields`, each supplied by its own name
extern const Kind count;       // how many rows of `list` belong to the record; shown only
extern const Kind has_items;   // Y or N: whether any row of `list` belongs to the record; shown only
extern const Kind overdue;     // Y or N: whether the resource's `deadline` has passed; shown only
extern const Kind date_list;   // a date for each item of `companion`, stored beside it in `column`

}  // namespace helpdesk::kinds
