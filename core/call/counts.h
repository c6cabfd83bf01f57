// The work of a list whose records are counted by what they have in common.
#pragma once

#include "call/work.h"
#include "request/by_index.h"
#include "request/select.h"

namespace helpdesk {

// Takes one statement, and holds its result: a record for each value, of which the selection limits the
// number.
class Counts : public Work {
  public:
    Counts(const Settings& settings, Format format, Selection selection);

    bool takes_long() const override { return !reads_few(selection_); }
    Step carry_out() override;

  protected:
    Reply answer() override;
    std::uint64_t rows() const override { return counts_.records.size(); }

  private:
    const Selection selection_;
    CountsResult counts_;
};

}  // namespace helpdesk
