// The work of an export of records that have parts: after each record come its parts, which are read page by
// page as well. So no record is in memory as a whole, however many parts it has.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "call/export.h"

namespace helpdesk {

// Reads some records ahead, at most a page of text. Each then takes one or two statements for its parts.
class ExportWithParts : public Export {
  public:
    ExportWithParts(const Settings& settings, Format format, const Selection& selection,
                    RowFormat row_format);

    Step carry_out() override;

    // Receive the records that are read ahead.
    void record(const StoredRecord& record) override;
    void begin_record(StoredRecord record) override;
    void piece(std::string_view text, bool last) override;
    std::size_t held() const override { return bytes_ahead_; }

  protected:
    bool has_more() override { return parts_ || !ahead_.empty() || Export::has_more(); }

  private:
    // A record that is not written yet, or not wholly.
    struct Ahead {
        StoredRecord record;
        std::size_t open_values = 0;  // long ones, whose last piece was not read yet
        bool in_pieces = false;
        bool begun = false;
        std::vector<std::pair<std::string, bool>> pieces =
            {};  // each with whether it is the last of its value
    };

    // Receives the parts of a record.
    class Parts : public RecordSink {
      public:
        Parts(const ExportWithParts& whole, const Resource& resource, ListWriter& writer);
        void record(const StoredRecord& record) override { text_.add(record); }
        void begin_record(StoredRecord record) override { text_.begin(std::move(record)); }
        void piece(std::string_view text, bool last) override { text_.add_piece(text, last); }
        std::size_t held() const override { return writer_.size(); }

      private:
        ListWriter& writer_;
        RecordText text_;
    };

    // How far the parts of one record were read.
    struct PartsOfRecord {
        Selection selection;
        ListPosition position = {};
    };

    ReadResult go_on();
    ReadResult read_parts();
    void write_next();
    void begin_parts(std::uint64_t number);

    const Resource& resource_of_parts_;
    Parts sink_;
    std::deque<Ahead> ahead_;
    std::size_t bytes_ahead_ = 0;
    std::optional<PartsOfRecord> parts_;  // of the record that was written last
};

}  // namespace helpdesk
