// How a write gets the coordinates of the address that it leaves behind, where the client gives none: from
// the geocoder if the address changes, else those that stand beside it.
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

// Prepares the write, whose coordinates are from here on those of its address: none yet, or those that are
// stored if the address is. `stored` are the values of the record's variables with a `place`, in their order;
// empty where there is no record yet. Gives the query for the geocoder, empty when nothing is to be asked.
std::string begin_locating(Write& write, const std::vector<std::string>& stored);

// Prepares a write whose address is not looked up: coordinates stay with an address that it leaves as it is,
// and else are unknown.
void leave_unlocated(Write& write);

void set_coordinates(Write& write, const Coordinates& coordinates);

// For the operator: what becomes of a write whose address was not found.
std::string describe_failure(const Write& write, const GeocoderAnswer& answer);

// For the client of an action that does nothing else.
Problem not_located(const GeocoderAnswer& answer);

}  // namespace helpdesk
