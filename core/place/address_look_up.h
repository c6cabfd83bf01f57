// The look-up of the coordinates of the address that a write leaves behind, step by step: what is stored of
// the address is read, if it matters, then the geocoder is asked, if it has to be.
#pragma once

#include <string>
#include <vector>

#include "place/geocode.h"
#include "place/locate.h"
#include "request/check.h"

namespace helpdesk {

class AddressLookUp {
  public:
    // Prepares the write, which must outlive this and stay where it is. Nothing is looked up where the write
    // has nothing to do with an address, or there is no geocoder.
    AddressLookUp(Write& write, bool has_geocoder);

    // Whether the record's address must be read first.
    bool needs_stored_address() const { return needs_stored_address_; }
    // The query string for the geocoder. Empty: it is not to be asked.
    const std::string& query() const { return query_; }

    // Takes the address that was read: whether there is such a record, and the values of its variables with a
    // `place`, in their order.
    void apply_stored_address(bool exists, const std::vector<std::string>& values);
    // Takes the coordinates that the geocoder found, or that it found none.
    void apply_answer(const GeocoderAnswer& answer);

  private:
    Write& write_;
    Write* located_;  // gets the coordinates: the write, or that which is done if the record is missing
    bool needs_stored_address_ = false;
    std::string query_;
};

}  // namespace helpdesk
