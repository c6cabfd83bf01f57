// Makes a query for a geocoder and reads its reply, in the form of Nominatim's `search`
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

// Returns the query string of a search for an address by its parts. Empty if all of them are blank.
std::string geocoder_query(const AddressParts& parts);

// The coordinates in the order in which a resource's place has them: decimal degrees as they are stored, or
// all of them empty.
using Coordinates = std::vector<std::string>;

struct GeocoderAnswer {
    std::optional<Coordinates> found;
    std::string failure;  // why the geocoder gave no answer; empty if it knows no such place

    std::string_view result() const { return found ? "found" : failure.empty() ? "unknown" : "failed"; }
};

// Reads the body, which is untrusted: anything but one place with coordinates in range is a failure.
GeocoderAnswer read_geocoder_reply(const Resource& resource, const OutsideReply& reply);

}  // namespace helpdesk
