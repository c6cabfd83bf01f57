// A request on its way through the core: accept() checks it; a good one becomes a Call, which passes through
// a thread for hashing, if it has a password, and one for the database, and ends in a Reply.
//
// A call is the frame around one piece of work. It counts the time of its stages, and catches what the work
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
#include "call/settings.h"
#include "call/work.h"
#include "key.h"
#include "metrics.h"
#include "place/geocode.h"

namespace helpdesk {

class Call {
  public:
    using Stage = Work::Stage;
    using Sharing = Work::Sharing;

    // `action` as called; null: none. `ignored` are the names of variables that nobody reads, between commas.
    // `place` and `memory` are held as long as the call lives.
    Call(const Settings& settings, const Action* action, std::unique_ptr<Work> work, std::string ignored,
         CallLimit::Place place, RequestMemory::Share memory);

    // A question whether a write could be served (call/health_check.h).
    static std::unique_ptr<Call> health_check(const Settings& settings);

    // A check of credentials of one of the resource's records, which has the verb for it. It is answered by
    // signed_in() alone. Null when they cannot be anyone's.
    static std::unique_ptr<Call> sign_in(const Settings& settings, const Resource& resource,
                                         std::string_view identifier, std::string_view password);

    // Who signed in, by the identifier as stored; empty: nobody, or, if the call failed, not known.
    std::string signed_in() const { return work_->signed_in(); }
    bool failed() const { return failed_without_memory_ || !outcome_.problems.empty(); }
    // What the client of a failed call would be told first, for the log.
    std::string_view failure() const {
        return outcome_.problems.empty() ? std::string_view("there is no memory")
                                         : outcome_.problems.front().text;
    }

    // What comes next.
    Stage stage() const { return stage_; }

    // To pause: the time after which end_pause() is due. Until then the call needs no thread.
    std::chrono::microseconds pause() const { return work_->pause(); }
    void end_pause() { begin_waiting(Stage::database); }

    // To be looked up: the query string for the geocoder.
    std::string geocoder_query() const { return work_->geocoder_query(); }

    // Takes what the geocoder said. Gives what the operator should know of it; empty when that is nothing.
    std::string apply_geocoder_reply(const GeocoderReply& reply);

    // Hashes the password: some hundred milliseconds of one core. Blocks; for a thread. Never throws.
    void hash();

    // To be sent: the answer's next part, which stands until it was. What comes before the first is reply().
    const Text& part() const { return work_->part(); }
    bool is_last_part() const { return work_->is_last_part(); }
    // Lets go of a part that was sent, and is not the last.
    void sent();

    // Whether the call shares its statements, or its answer, with others of its kind, so that it is worth
    // executing them together.
    Sharing sharing() const { return work_->sharing(); }

    // What those who share threads out have to know. Whether it may keep a thread for long, as a list, an
    // import or an export does; an import can also end between its slices.
    bool takes_long() const { return work_->takes_long(); }
    bool is_import() const { return work_->is_import(); }
    // Whether it is a write, which may be carried out when its client is there no more.
    bool changes() const { return work_->changes(); }

    // Carries out calls: one that fails harms no other. Blocks; for a database thread. Never throws.
    static void execute(std::span<const std::unique_ptr<Call>> calls);

    // The answer, once nothing is to be done, or, without its body, when the first part is to be sent. To be
    // asked for once, unless it tells of problems or is sent in parts.
    Reply reply();

    // Gives up: no thread took the call.
    void fail(Problem problem);

  private:
    static void execute_groups(std::span<const std::unique_ptr<Call>> calls);
    static void execute_together(std::span<Call* const> calls);
    void execute_alone();
    void begin_waiting(Stage stage);
    void begin_stage();
    void end_stage(std::chrono::nanoseconds Times::*time);
    void note_database_time() const;
    void apply_step(Work::Step step);
    // Ends with 500. For a handler of exceptions, whatever memory is left.
    void give_up(const std::exception& error) noexcept;

    const Settings& settings_;
    const Action* action_;
    std::unique_ptr<Work> work_;
    std::string ignored_;
    CallLimit::Place place_;       // among the calls with its key; null where they are not counted
    RequestMemory::Share memory_;  // of its request; null where it is not counted
    Stage stage_ = Stage::done;
    Outcome outcome_;
    bool failed_without_memory_ = false;  // even for saying so in `outcome_`
    Times times_;
    std::optional<Raised> waiting_;
    std::chrono::steady_clock::time_point since_;  // when it began to wait, or its stage began
};

}  // namespace helpdesk
