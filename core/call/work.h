// The work that a call does: a write, a list, an import. Each sort of work is a class of its own, and Call
// runs it on one thread after another.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "answer/reply.h"
#include "call/outside_reply.h"
#include "call/settings.h"
#include "db/database.h"

namespace helpdesk {

class Work {
  public:
    // The next step of the work:
    // - ask: send query() to another server, and continue with its reply.
    // - hash: hash or check a password, on a thread of the hash pool.
    // - database: carry_out(), on a database thread.
    // - pause: nothing until pause() has passed. Then the database again.
    // - send: send part() to the client. Then the database again, unless that was the last part.
    // - done: nothing. The answer is complete.
    enum class Stage { ask, hash, database, pause, send, done };

    // Says what several pieces of work of one class share on a database thread: statements, or the answer.
    enum class Sharing { none, read, write, health };

    // The result of a step. Its outcome has problems only if `next` is `done`.
    struct Step {
        Stage next;
        Outcome outcome = {};
    };

    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    virtual ~Work() = default;

    virtual Stage first_stage() { return Stage::database; }

    virtual Sharing sharing() const { return Sharing::none; }
    // Returns whether it may keep a thread for long.
    virtual bool takes_long() const { return false; }
    // Returns whether it ends between two steps when its client has gone or the worker is to leave, although
    // it changes records: there may be many more steps. What was done stays, and it can be sent again.
    virtual bool ends_with_client() const { return false; }
    // Returns whether it changes a record. Then it may be carried out even after the client has disconnected.
    virtual bool changes() const { return false; }
    // Returns whether it has finished with the database after a step that led to `next`.
    virtual bool is_done_with_database(Stage next) const { return next == Stage::done; }

    // Tells a step that is in a thread that nobody waits for the work any more. It may end early, as one that
    // has more to do. May be called on any thread, at any time.
    virtual void stop() noexcept {}

    // Does the next step that needs the database. Blocks. If it throws, the step has failed.
    virtual Step carry_out() = 0;
    // Does the same for several that share, this one among them, and returns a step for each. All are of this
    // class.
    virtual std::vector<Step> carry_out_together(std::span<Work* const> works);

    // Hashes or checks passwords, each of which takes some hundred milliseconds of processor time. Blocks.
    // May throw.
    virtual Step hash() { return {Stage::done}; }

    // Returns the query string for another server.
    virtual std::string query() const { return {}; }
    // Continues with that server's reply. Sets `warning` if there is something that the operator should know.
    virtual Step apply_reply(const OutsideReply& reply, std::string& warning);

    // Returns how long to pause.
    virtual std::chrono::microseconds pause() const { return {}; }

    // Returns the next part of the answer, which stays unchanged until it is sent. Empty if the answer has no
    // parts.
    virtual const TextPieces& part() const;
    virtual bool is_last_part() const { return true; }
    // Releases a part that was sent and is not the last.
    virtual void part_was_sent() {}

    // Adds to the problem that ends the work what a client must know about what was done before.
    virtual void explain(Problem& /*problem*/) const {}

    // Returns how far the work came, for the log, if it ends without its client. Empty if that tells nothing.
    virtual std::string progress() const { return {}; }

    // Returns the answer to a call that ended with this outcome; or its headers without a body, before the
    // first part is sent. Call it once, unless the outcome has problems or the answer is sent in parts.
    virtual Reply reply(const Outcome& outcome);

    // Returns the names of variables that the work ignored, with commas between.
    virtual std::string ignored() const { return {}; }
    // Returns who signed in, by the identifier as stored. Empty if nobody did, or if this is no check of a
    // password.
    virtual std::string signed_in() const { return {}; }

  protected:
    Work(const Settings& settings, Format format) : settings_(settings), format_(format) {}

    const Settings& settings() const { return settings_; }
    const DatabaseSettings& database() const { return *settings_.database; }
    Format format() const { return format_; }

    // Returns the answer to work that had no problems.
    virtual Reply answer() = 0;
    // Returns the number of records that were given or changed.
    virtual std::uint64_t rows() const { return 0; }

    Reply make_reply(TextPieces body) const;

  private:
    const Settings& settings_;
    const Format format_;
};

}  // namespace helpdesk
