// Looks up the coordinates of the address that a record has after a write, step by step: reads the stored
// parts of the address if they matter, then asks the geocoder if it must be asked.
#pragma once

#include <string>
#include <vector>

#include "call/preparation.h"
#include "model/preparing.h"
#include "place/locate.h"
#include "request/check.h"

namespace helpdesk {

// Looks up addresses of a resource that has a `place`. Nothing is looked up if there is no geocoder, or if
// the write changes no address.
extern const Preparing look_up_address;

class AddressLookUp final : public Preparation {
  public:
    // Prepares the write, which must outlive this and stay where it is.
    explicit AddressLookUp(Write& write);

    bool needs_database() const override { return needs_stored_address_; }
    Outcome read(const DatabaseSettings& database) override;
    const std::string& query() const override { return query_; }
    Outcome apply_reply(const OutsideReply& reply, std::string& warning) override;

  private:
    void apply_stored(bool exists, const std::vector<std::string>& values);

    Write& write_;
    Write* located_;  // gets the coordinates: the write, or that which is done if the record is missing
    bool needs_stored_address_ = false;
    std::string query_;
};

}  // namespace helpdesk
