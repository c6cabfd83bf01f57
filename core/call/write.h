// The work of a write: an add, an update, an upsert, a delete, or a look-up of what is stored with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "call/preparation.h"
#include "call/work.h"
#include "request/check.h"

namespace helpdesk {

// Passes through these stages, as far as they are needed: the database and another server for what the
// resource looks up, a hash of the password, and the database for the write.
class WriteWork : public Work {
  public:
    WriteWork(const Settings& settings, Format format, Write write);

    Stage first_stage() override { return next_stage(); }
    Sharing sharing() const override { return sharing_; }
    bool takes_long() const override { return write_.action->verb.takes_long; }
    bool changes() const override { return true; }

    Step carry_out() override;
    std::vector<Step> carry_out_together(std::span<Work* const> works) override;
    Step hash() override;
    std::string query() const override { return preparation_->query(); }
    Step apply_reply(const OutsideReply& reply, std::string& warning) override;

  protected:
    Write& write() { return write_; }
    const Write& write() const { return write_; }
    Reply answer() override;
    std::uint64_t rows() const override { return stored_ && !result_.repeated && !write_.dry_run ? 1 : 0; }

  private:
    Stage next_stage();
    bool prepares_in_database() const { return preparation_ && preparation_->needs_database(); }
    Step end_with(WriteResult result);

    Write write_;
    std::unique_ptr<Preparation> preparation_;  // null: nothing is looked up
    WriteResult result_;
    Sharing sharing_ = Sharing::none;
    bool stored_ = false;
};

}  // namespace helpdesk
