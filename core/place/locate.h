// Says how a write gets the coordinates of the record's address if the client gives none: from the geocoder
// if the address changes, otherwise they are the stored ones.
#pragma once

#include <string>
#include <vector>

#include "model/verb.h"
#include "place/geocode.h"
#include "request/check.h"

namespace helpdesk {

namespace verbs {

// Looks up the coordinates of the address that a record has, and changes nothing else. A resource that has
// the verb needs a `place`.
extern const Verb locate;

}  // namespace verbs

enum class Locating {
    none,        // the write changes no address, or has coordinates
    from_call,   // the call has the whole address
    from_record  // only together with the stored parts
};

Locating locating(const Write& write);

// Returns whether the write only looks up the coordinates of the stored address.
bool only_locates(const Write& write);

// Returns the variables of the resource's place: its coordinates, then the parts of its address.
std::vector<const Variable*> parts_of(const Resource& resource);

// Prepares the write: from here on, its coordinates are those of its address. They start empty, or as stored
// if the address is unchanged. Others may change the rest of the address before the coordinates are stored,
// so an update stores them only with the rest that was read. `stored` has the values of parts_of(), in their
// order; it is empty if there is no record yet. Returns the query for the geocoder, which is empty if that is
// not to be asked.
std::string begin_locating(Write& write, const std::vector<std::string>& stored);

// Prepares a write whose address is not looked up. If it does not change the address, the stored coordinates
// stay; otherwise the record has none.
void leave_unlocated(Write& write);

// Sets the coordinates that the geocoder found.
void set_coordinates(Write& write, const Coordinates& coordinates);

// Returns the line for the operator about a write whose address was not found.
std::string describe_failure(const Write& write, const GeocoderAnswer& answer);

// Returns the problem of a write that only looks up coordinates and found none.
Problem not_located(const GeocoderAnswer& answer);

}  // namespace helpdesk
