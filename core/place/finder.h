// How a list is narrowed by whether its records have coordinates.
#pragma once

#include "model/finder.h"

namespace helpdesk::finders {

// Y: records with coordinates; N: those with an address, but without coordinates. Records without an address
// are neither. The column is 1, 0 or NULL.
extern const Finder located;

}  // namespace helpdesk::finders
