// A request on its way through the core. accept() checks it. If it is valid it becomes a Call, which passes
// through a thread of the hash pool, if it has a password, and one of the database pool, and ends in a Reply.
//
// A call is the frame around one piece of work. It measures the time of its stages, and catches what the work
// throws.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "answer/reply.h"
#include "call/outside_reply.h"
#include "call/settings.h"
#include "call/work.h"
#include "key.h"
#include "metrics.h"

namespace helpdesk {

class Call {
  public:
    using Stage = Work::Stage;
    using Sharing = Work::Sharing;

    // `action` is the one that was called, or null. `ignored` holds the names of ignored variables, with
    // commas between. `place` and `memory` are held until the
    // call is destroyed.
    Call(const Settings& settings, const Action* action, std::unique_ptr<Work> work, std::string ignored,
         CallLimit::Place place, RequestMemory::Share memory);

    // Returns a check whether a write could be served (call/health_check.h).
    static std::unique_ptr<Call> health_check(const Settings& settings);

    // Returns a check of the credentials of a record, whose resource must have the verb for it. Its answer is
    // signed_in() alone. Null if nobody can have such credentials.
    static std::unique_ptr<Call> sign_in(const Settings& settings, const Resource& resource,
                                         std::string_view identifier, std::string_view password);

    // Returns who signed in, by the identifier as stored. Empty if nobody did, or if the call failed.
    std::string signed_in() const { return work_->signed_in(); }
    bool failed() const { return failed_without_memory_ || !outcome_.problems.empty(); }
    // Returns how far the call came, for the log, if it ends without its client. Empty if that tells nothing.
    std::string progress() const { return work_->progress(); }

    // Returns the next stage.
    Stage stage() const { return stage_; }

    // For stage pause: returns the time after which end_pause() must be called. Until then the call needs no
    // thread.
    std::chrono::microseconds pause() const { return work_->pause(); }
    void end_pause() { begin_waiting(Stage::database); }

    // For stage ask: returns the query string for the other server.
    std::string query() const { return work_->query(); }

    // Continues with the reply of the other server, whose time it sets. Returns a warning for the operator,
    // or an empty text.
    std::string apply_reply(OutsideReply reply);

    // Hashes or checks the password. It blocks for some hundred milliseconds of processor time, so call it on
    // a thread of the hash pool. Never throws.
    void hash();

    // For stage send: returns the next part of the answer, which stays unchanged until it is sent. reply()
    // gives the headers that come before the first part.
    const TextPieces& part() const { return work_->part(); }
    bool is_last_part() const { return work_->is_last_part(); }
    // Releases a part that was sent and is not the last.
    void sent();

    // Returns what the call can share with others of its kind: if anything, it pays to execute them together.
    Sharing sharing() const { return work_->sharing(); }

    // Tells the scheduler of threads whether the call may keep a thread for long, as a list, an import, an
    // export or a merge does. An import can also end between its slices, and an erasure between its pieces.
    bool takes_long() const { return work_->takes_long(); }
    bool ends_with_client() const { return work_->ends_with_client(); }
    // Returns whether it is a write, which may be carried out even after its client has disconnected.
    bool changes() const { return work_->changes(); }

    // Tells an import that is in a thread that nobody waits for it any more. It then comes back soon. May be
    // called on any thread while the call is there.
    void stop() noexcept { work_->stop(); }

    // Carries out calls. One that fails does not affect the others. Blocks, so call it on a database thread.
    // Never throws.
    static void execute(std::span<const std::unique_ptr<Call>> calls);

    // Returns the answer once the stage is done; or its headers without a body, before the first part is
    // sent. Call it once, unless the answer has problems or is sent in parts.
    Reply reply();

    // Ends the call with a problem, because no thread accepted it.
    void fail(Problem problem, std::string log = "no thread accepted the call");

  private:
    static void execute_groups(std::span<const std::unique_ptr<Call>> calls);
    static void execute_together(std::span<Call* const> calls);
    void execute_alone();
    void begin_waiting(Stage stage);
    void begin_stage();
    void end_stage(std::chrono::nanoseconds Times::*time);
    void note_database_time() const;
    void apply_step(Work::Step step);
    // Ends the call with 500. Made for exception handlers: it works even without memory.
    void give_up(const std::exception& error) noexcept;

    const Settings& settings_;
    const Action* action_;
    std::unique_ptr<Work> work_;
    std::string ignored_;
    CallLimit::Place place_;       // among the calls with its key; null if they are not counted
    RequestMemory::Share memory_;  // of its request; null if it is not counted
    Stage stage_ = Stage::done;
    Outcome outcome_;
    bool failed_without_memory_ = false;  // without memory even to say so in `outcome_`
    Times times_;
    std::optional<GaugeIncrement> waiting_;
    std::chrono::steady_clock::time_point since_;  // when the wait for a thread began, or the stage
};

}  // namespace helpdesk
