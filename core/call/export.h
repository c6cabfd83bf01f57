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
    Export(const Settings& settings, const Selection& selection, RowFormat format);

    bool always_in_parts() const override { return true; }
    std::string disposition() const override;

  private:
    void note(const StoredRecord& record) override;
    std::string_view shown(const std::vector<std::string>& values, std::size_t output) const override;
    bool select_more() override;
    Condition& position();

    const RowFormat format_;
    Selector changed_{};  // the selector of a walk, as a mere condition
    std::string last_;    // identifier that was given
};

}  // namespace helpdesk
