// The address of a resource's records, which a geocoder can find: a table of its parts, for a resource's row.
#pragma once

#include <string_view>

#include "model/selector.h"

namespace helpdesk {

struct PlacePart {
    std::string_view variable;
    std::string_view
        name;  // of a part of the address: in the geocoder's query; of a coordinate: in its answer

    bool operator==(const PlacePart&) const = default;
};

struct Place {
    Few<PlacePart, 2> coordinates;  // variables of the kind `degrees`
    Few<PlacePart, 8> address;      // variables of the kind `text`
};

}  // namespace helpdesk
