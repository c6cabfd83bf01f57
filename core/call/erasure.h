// The work of an erasure: it goes through what other records say about a person, a piece at a time, and ends
// with the write.
#pragma once

#include <memory>
#include <string>

#include "call/incoming.h"
#include "call/write.h"

namespace helpdesk {

// All of it is one transaction, the write, unless there is too much for one. Pieces that were erased stay so
// if the work ends early, as it does after a piece if its client has gone; the record is still there under
// its name then, and a repeat does the rest.
class ErasureWork : public WriteWork {
  public:
    using WriteWork::WriteWork;

    bool ends_with_client() const override { return has_begun_; }
    Step carry_out() override;
    void explain(Problem& problem) const override;
    std::string progress() const override;

  private:
    bool has_begun_ = false;  // whether a piece was erased
};

// Checks the request, and begins its work. Problems are added to those of the request.
std::unique_ptr<Work> begin_erasure(const Incoming& incoming);

}  // namespace helpdesk
