// The work of a list: it answers with the records of a selection, page by page. It holds the text of one
// page, and the IDs of the records that follow.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/format.h"
#include "call/record_text.h"
#include "call/work.h"
#include "db/database.h"
#include "request/by_index.h"
#include "request/select.h"

namespace helpdesk {

// Goes to the database for each page. A list longer than one page is sent page by page. A walk that has
// reached the present pauses before it ends.
class List : public Work, public RecordSink {
  public:
    List(const Settings& settings, const Selection& selection, Format format);

    const Selection& selection() const { return selection_; }
    const Action& action() const { return *selection_.action; }

    // Lists of one record each can share statements.
    Sharing sharing() const override;
    bool takes_long() const override { return !reads_few(selection_); }
    bool is_done_with_database(Stage next) const override {
        return next == Stage::done || (next == Stage::send && is_last_part());
    }

    // Reads the next page, whose text replaces that of the page before.
    Step carry_out() override;
    std::vector<Step> carry_out_together(std::span<Work* const> works) override;

    std::chrono::microseconds pause() const override { return pause_; }
    const TextPieces& part() const override { return page_; }
    bool is_last_part() const override { return !more_; }
    void part_was_sent() override { page_ = {}; }

    void record(const StoredRecord& record) override;
    void begin_record(StoredRecord record) override;
    void piece(std::string_view text, bool last) override;
    std::size_t held() const override { return writer_->size(); }

  protected:
    // Makes a list that is sent in parts, even if there is only one, as a file of this name.
    List(const Settings& settings, Format format, Selection selection, std::string_view content_type,
         std::unique_ptr<ListWriter> writer, std::string file_name);

    Reply answer() override;
    std::uint64_t rows() const override { return failed_ && !in_parts_ ? 0 : records_; }

    // Called for each record that the list gives.
    virtual void note(const StoredRecord& record);
    // Returns what the record shows for an output. A time is as SQL writes it.
    virtual std::string_view shown(const std::vector<std::string>& values, std::size_t output) const;
    // Returns whether it shows an output.
    virtual bool shows(const Output& output) const { return !selection_.leaves_out(output); }
    // Returns whether the list has more than was read of it.
    virtual bool has_more() { return !position_.done(); }

    Step end_page(ReadResult result);
    ListWriter& writer() { return *writer_; }
    const ListWriter& writer() const { return *writer_; }

    Selection selection_;
    ListPosition position_;

  private:
    Reading reading() { return {selection_, position_, *this}; }
    Step begin_pause(ReadResult result);
    bool is_as_required() const;

    const std::string_view content_type_;
    const std::unique_ptr<ListWriter> writer_;
    const std::string file_name_;  // empty: the answer is no file
    RecordText text_;
    TextPieces page_;
    bool more_ = true;
    std::uint64_t records_ = 0;
    std::string entity_tag_;  // of the first record; empty if there is no record, or it has no version
    std::uint64_t count_ = 0;
    bool in_parts_ = false;
    bool failed_ = false;
    std::chrono::microseconds pause_{0};
    int pauses_ = 0;
};

}  // namespace helpdesk
