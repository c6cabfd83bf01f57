// An export on its way: a list of all records of a selection, as an import takes them, which is found a few
// hundred records at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "answer/rows.h"
#include "call/list.h"

namespace helpdesk {

class Export : public List {
  public:
    // `format` is that of an answer that tells of problems.
    Export(const Settings& settings, Format format, const Selection& selection, RowFormat row_format);

    bool takes_long() const override { return true; }

  private:
    void note(const StoredRecord& record) override;
    std::string_view shown(const std::vector<std::string>& values, std::size_t output) const override;
    bool select_more() override;
    Condition& position();

    Selector changed_{};  // the selector of a walk, as a mere condition
    std::string last_;    // of the records given: what `position` goes on after
};

}  // namespace helpdesk
