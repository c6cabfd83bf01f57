// Where an address is: what a geocoder is asked and what it answers, as Nominatim's `search` has them
// (https://nominatim.org/release-docs/latest/api/Search/). A resource's `place` says which variables take
// part (place/place.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "call/outside_reply.h"
#include "model/resource.h"

namespace helpdesk {

// The parts of an address, each with its name in the query.
using AddressParts = std::vector<std::pair<std::string_view, std::string>>;

// The query string of a search for an address by its parts; empty when all of them are blank.
std::string geocoder_query(const AddressParts& parts);

// In the order of the coordinates of a resource's place: decimal degrees as they are stored, or all of them
// empty.
using Coordinates = std::vector<std::string>;

struct GeocoderAnswer {
    std::optional<Coordinates> found;
    std::string failure;  // why the geocoder is of no use now; empty when it knows no such place

    std::string_view result() const { return found ? "found" : failure.empty() ? "unknown" : "failed"; }
};

// Reads the body, which is untrusted: anything but one place with coordinates in range is a failure.
GeocoderAnswer read_geocoder_reply(const Resource& resource, const OutsideReply& reply);

}  // namespace helpdesk
