// A list on its way: the records of a selection, page by page. What is held is the text of one page, and of
// the records to come their IDs.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/format.h"
#include "db/database.h"
#include "request/select.h"

namespace helpdesk {

struct Settings;

class List : public RecordSink {
  public:
    List(const Settings& settings, const Selection& selection, Format format);

    Selection& selection() { return selection_; }
    const Selection& selection() const { return selection_; }
    const Action& action() const { return *selection_.action; }

    std::string_view content_type() const { return content_type_; }
    // Whether it goes out in parts even if there is but one.
    virtual bool always_in_parts() const { return false; }
    // The value of Content-Disposition, where a browser must take the answer for a file; otherwise empty.
    virtual std::string disposition() const { return {}; }

    // Reads the next page, whose text then replaces that of the page before. Blocks.
    ReadResult read_page();
    // To read the first page of several lists of one record each: what to read, and what becomes of the
    // result.
    Reading reading() { return {selection_, position_, *this}; }
    ReadResult took(ReadResult result);

    Text& page() { return page_; }
    // Whether another page follows.
    bool more() const { return more_; }
    // Whether there are records past the selection's limit.
    bool exceeds_limit() const { return position_.more; }
    // Given so far.
    std::uint64_t records() const { return records_; }
    // Of the first record; empty where there is none, or none that has a version.
    const std::string& entity_tag_of_first() const { return entity_tag_; }

    void record(const StoredRecord& record) override;
    void begin_record(StoredRecord record) override;
    void piece(std::string_view text, bool last) override;
    std::size_t held() const override { return writer_->size(); }

  protected:
    List(const Settings& settings, Selection selection, std::string_view content_type,
         std::unique_ptr<ListWriter> writer);

    // Takes note of a record that is given.
    virtual void note(const StoredRecord& record);
    // What the record shows for an output, a time as SQL writes it.
    virtual std::string_view shown(const std::vector<std::string>& values, std::size_t output) const;
    // Sets the selection to records that follow those it had, if there may be any.
    virtual bool select_more() { return false; }

    const Settings& settings_;
    Selection selection_;
    ListPosition position_;

  private:
    Field field(const std::vector<std::string>& values, std::size_t output);
    void write_on();

    const std::string_view content_type_;
    const std::unique_ptr<ListWriter> writer_;
    Record fields_;
    std::vector<std::string> times_;  // of the record's outputs that are times, as they are shown
    Text page_;
    bool more_ = true;
    std::uint64_t records_ = 0;
    std::string entity_tag_;
    // Of a record that is written in steps: its values, those in pieces that are to come, and the next.
    std::vector<std::string> values_;
    std::deque<std::size_t> in_pieces_;
    std::size_t next_ = 0;
};

}  // namespace helpdesk
