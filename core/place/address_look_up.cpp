#include "place/address_look_up.h"

namespace helpdesk {

AddressLookUp::AddressLookUp(Write& write, bool has_geocoder) : write_(write), located_(&write) {
    const Locating way = has_geocoder ? locating(write) : Locating::none;
    needs_stored_address_ = way == Locating::from_record;
    if (way == Locating::from_call)
        query_ = begin_locating(write, {});
}

void AddressLookUp::apply_stored_address(bool exists, const std::vector<std::string>& values) {
    needs_stored_address_ = false;
    if (exists || write_.when_missing)
        query_ = begin_locating(write_, values);
    if (exists || !write_.when_missing)
        return;
    located_ = write_.when_missing.get();
    const bool ask = locating(*located_) == Locating::from_call;
    query_ = ask ? begin_locating(*located_, {}) : "";
}

void AddressLookUp::apply_answer(const GeocoderAnswer& answer) {
    query_.clear();
    if (answer.found)
        set_coordinates(*located_, *answer.found);
}

}  // namespace helpdesk
