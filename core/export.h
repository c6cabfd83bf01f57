// An export on its way: the records of a selection, a page of them at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "db/database.h"
#include "rows.h"
#include "select.h"

namespace helpdesk {

struct Settings;

class Export : public RecordSink {
  public:
    Export(const Settings& settings, Selection selection, RowFormat format);

    const Action& action() const { return *selection_.action; }
    RowFormat format() const { return format_; }
    // The value of Content-Disposition: the answer is a file, whatever a browser makes of its text.
    std::string disposition() const;

    // Reads the next page, in the order of the identifiers, whose text then replaces that of the page before.
    // Blocks.
    Outcome read_page();
    const std::string& page() const { return page_; }
    // Whether another follows.
    bool more() const { return more_; }
    std::uint64_t records() const { return records_ + page_records_; }

    void start() override;
    void record(const std::vector<std::string>& values) override;

  private:
    Condition& position();

    const Settings& settings_;
    Selection selection_;
    const RowFormat format_;
    Selector changed_{};  // the selector of a walk, as a mere condition
    std::string page_;
    std::string last_;  // identifier in the page
    std::uint64_t records_ = 0;
    std::uint64_t page_records_ = 0;
    bool begun_ = false;
    bool more_ = true;
};

}  // namespace helpdesk
