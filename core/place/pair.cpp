#include "place/pair.h"

namespace helpdesk {
namespace {

constexpr std::string_view latitude = "latitude";
constexpr std::string_view longitude = "longitude";

void expect_both(Change& change) {
    const bool has_latitude = change.after(latitude).has_value();
    const bool has_longitude = change.after(longitude).has_value();
    if (has_latitude == has_longitude)
        return;
    const std::string missing(has_latitude ? longitude : latitude);
    change.forbid({code::incomplete_coordinates, missing,
                   "is required beside " + std::string(has_latitude ? latitude : longitude)});
}

}  // namespace

const Rule coordinates_together = {.on_update = true,
                                   .if_given = {latitude, longitude},
                                   .reads = {latitude, longitude},
                                   .check = expect_both};

}  // namespace helpdesk
