// The work of an export: a list of all records of a selection, in the form that an import reads. It finds a
// few hundred records at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "answer/rows.h"
#include "call/list.h"

namespace helpdesk {

class Export : public List {
  public:
    // `format` is that of an answer with problems.
    Export(const Settings& settings, Format format, const Selection& selection, RowFormat row_format);

    bool takes_long() const override { return true; }

  protected:
    bool has_more() override { return !position_.done() || select_more(); }

  private:
    void note(const StoredRecord& record) override;
    std::string_view shown(const std::vector<std::string>& values, std::size_t output) const override;
    bool shows(const Output& output) const override { return is_exported(action().resource, output); }
    bool select_more();
    Condition& position();

    Selector changed_{};  // the selector of a walk, as an ordinary condition
    std::string last_;    // where the next records begin: the position of the last one given
};

}  // namespace helpdesk
