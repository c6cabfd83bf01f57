#include "place/address_look_up.h"

#include <utility>

#include "call/settings.h"
#include "metrics.h"
#include "model/validate.h"
#include "place/place.h"

namespace helpdesk {
namespace {

std::unique_ptr<Preparation> begin(Write& write, const Settings& settings) {
    if (!settings.geocoder || locating(write) == Locating::none)
        return nullptr;
    return std::make_unique<AddressLookUp>(write);
}

void prepare_row(Write& write, const Settings& settings) {
    if (settings.geocoder)
        leave_unlocated(write);
}

// A geocoder needs both sides.
void validate(const Resource& resource, Complaints& complaints) {
    const auto expect = [&](const PlacePart& part, const Kind& kind, std::string_view what) {
        const Variable* variable = resource.find(part.variable);
        complaints.expect(variable != nullptr && variable->kind == &kind, part.variable, what);
    };
    if (resource.place == nullptr) {
        complaints.expect(false, "", "looks up addresses, but has no place");
        return;
    }
    const Place& place = *resource.place;
    complaints.expect(!place.address.empty() && !place.coordinates.empty(), "",
                      "needs both an address and coordinates to be geocoded");
    for (const PlacePart& part : place.address)
        expect(part, kinds::text, "is part of an address, but no text");
    for (const PlacePart& part : place.coordinates)
        expect(part, kinds::degrees, "is a coordinate of a place, but no degrees");
}

}  // namespace

const Preparing look_up_address = {.begin = begin, .prepare_row = prepare_row, .validate = validate};

AddressLookUp::AddressLookUp(Write& write) : write_(write), located_(&write) {
    needs_stored_address_ = locating(write) == Locating::from_record;
    if (!needs_stored_address_)
        query_ = begin_locating(write, {});
}

Outcome AddressLookUp::read(const DatabaseSettings& database) {
    StoredValues stored = read_values(database, write_, parts_of(write_.action->resource));
    if (!stored.problems.empty())
        return Outcome(std::move(stored));
    apply_stored(stored.exists, stored.values);
    if (stored.exists && query_.empty() && only_locates(write_))
        return {.problems = {not_located({})}, .log = {}};
    return {};
}

void AddressLookUp::apply_stored(bool exists, const std::vector<std::string>& values) {
    needs_stored_address_ = false;
    if (exists || write_.when_missing)
        query_ = begin_locating(write_, values);
    if (exists || !write_.when_missing)
        return;
    located_ = write_.when_missing.get();
    const bool ask = locating(*located_) == Locating::from_call;
    query_ = ask ? begin_locating(*located_, {}) : "";
}

Outcome AddressLookUp::apply_reply(const OutsideReply& reply, std::string& warning) {
    const GeocoderAnswer answer = read_geocoder_reply(write_.action->resource, reply);
    observe(metric::geocoder_time, {answer.result()}, reply.time);
    query_.clear();
    if (answer.found)
        set_coordinates(*located_, *answer.found);
    else if (only_locates(write_))
        return {.problems = {not_located(answer)},
                .log = answer.failure.empty() ? "" : "the geocoder: " + answer.failure};
    else
        warning = describe_failure(write_, answer);
    return {};
}

}  // namespace helpdesk
