// The work of a write: an add, an update, an upsert, a delete, or a lookup of coordinates.
#pragma once

#include <string>
#include <vector>

#include "call/work.h"
#include "place/address_look_up.h"
#include "request/check.h"

namespace helpdesk {

// Passes through these stages, as far as they are needed: the database for the stored address, the geocoder
// for the address that the write leaves behind, a hash of the password, and the database for the write.
class WriteWork : public Work {
  public:
    WriteWork(const Settings& settings, Format format, Write write);

    Stage first_stage() override { return next_stage(); }
    Sharing sharing() const override;
    bool changes() const override { return true; }

    Step carry_out() override;
    std::vector<Step> carry_out_together(std::span<Work* const> works) override;
    Step hash() override;
    std::string geocoder_query() const override { return look_up_.query(); }
    Step apply_geocoder_answer(const GeocoderAnswer& answer, std::string& warning) override;

  protected:
    Reply answer() override;
    std::uint64_t rows() const override { return stored_ && !result_.repeated ? 1 : 0; }

  private:
    Stage next_stage();
    bool only_locates() const { return write_.action->verb.locates; }
    Step read_stored_address();
    Step end_with(WriteResult result);

    Write write_;
    AddressLookUp look_up_;
    WriteResult result_;
    bool stored_ = false;
};

}  // namespace helpdesk
