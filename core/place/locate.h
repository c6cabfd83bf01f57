// How a write gets the coordinates of the address that it leaves behind, where the client gives none: from
// the geocoder if the address changes, otherwise those that are stored with it.
#pragma once

#include <string>
#include <vector>

#include "place/geocode.h"
#include "request/check.h"

namespace helpdesk {

enum class Locating {
    none,        // the write has nothing to do with a place, or brings coordinates
    from_call,   // the call has the whole address
    from_record  // only with what is stored beside it
};

Locating locating(const Write& write);

// Whether the write does nothing but look up the coordinates of the stored address.
bool only_locates(const Write& write);

// Returns the variables of the resource's place: its coordinates, then the parts of its address.
std::vector<const Variable*> parts_of(const Resource& resource);

// Prepares the write, whose coordinates are from here on those of its address: none yet, or those that are
// stored if the address is. Somebody may change the rest of the address before they are stored, so an update
// stores them only with the rest that was read. `stored` are the values of parts_of(), in their order; empty
// if there is no record yet. Returns the query for the geocoder, empty if nothing is to be asked.
std::string begin_locating(Write& write, const std::vector<std::string>& stored);

// Prepares a write whose address is not looked up: coordinates stay with an address that it leaves as it is,
// and otherwise are unknown.
void leave_unlocated(Write& write);

void set_coordinates(Write& write, const Coordinates& coordinates);

// Tells the operator what becomes of a write whose address was not found.
std::string describe_failure(const Write& write, const GeocoderAnswer& answer);

// Tells the client of an action that does nothing else.
Problem not_located(const GeocoderAnswer& answer);

}  // namespace helpdesk
