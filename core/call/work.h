// One piece of work that a call does: a write, a list, an import. Each kind is a class of its own, and Call
// takes it from thread to thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "answer/reply.h"
#include "call/settings.h"
#include "db/database.h"
#include "place/geocode.h"

namespace helpdesk {

class Work {
  public:
    // What comes next:
    // - locate: the geocoder is asked for geocoder_query().
    // - hash: a password is hashed or checked, on a thread for that.
    // - database: carry_out(), on a database thread.
    // - pause: nothing, until pause() has passed. Then the database again.
    // - send: part() is sent to the client. Then the database again, unless that was the last part.
    // - done: the answer.
    enum class Stage { locate, hash, database, pause, send, done };

    // What several pieces of work of one kind share on a database thread: statements, or the answer.
    enum class Sharing { none, read, write, health };

    // What a step came to. Problems in the outcome come with `done` alone.
    struct Step {
        Stage next;
        Outcome outcome = {};
    };

    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    virtual ~Work() = default;

    virtual Stage first_stage() { return Stage::database; }

    virtual Sharing sharing() const { return Sharing::none; }
    // Whether it may keep a thread for long.
    virtual bool takes_long() const { return false; }
    virtual bool is_import() const { return false; }
    // Whether it changes a record, which may be done when the client is there no more.
    virtual bool changes() const { return false; }
    // Whether it needs the database no more after a step that led to `next`.
    virtual bool is_done_with_database(Stage next) const { return next == Stage::done; }

    // Does what the database has to do for the next step. Blocks. May throw: the step then failed.
    virtual Step carry_out() = 0;
    // The same for several that share, this one among them: a step for each. They are of this one's class.
    virtual std::vector<Step> carry_out_together(std::span<Work* const> works);

    // Hashes: some hundred milliseconds of one core for each password. Blocks. May throw.
    virtual Step hash() { return {Stage::done}; }

    // The query string for the geocoder.
    virtual std::string geocoder_query() const { return {}; }
    // Takes what the geocoder said. `warning` becomes what the operator should know of it, or stays empty.
    virtual Step apply_geocoder_answer(const GeocoderAnswer& answer, std::string& warning);

    // After which time the pause is over.
    virtual std::chrono::microseconds pause() const { return {}; }

    // The next part of the answer, which stays until it was sent. Without parts there is none.
    virtual const Text& part() const;
    virtual bool is_last_part() const { return true; }
    // Lets go of a part that was sent, and is not the last.
    virtual void part_was_sent() {}

    // Completes the problem that ends it, for a client who has to know what was done before.
    virtual void explain(Problem& /*problem*/) const {}

    // Returns the answer to a call that ended like this, or that has a part to be sent; then without its
    // body. To be asked for once, unless the outcome has problems or the answer is sent in parts.
    virtual Reply reply(const Outcome& outcome);

    // The names of variables that were ignored while it was done, between commas.
    virtual std::string ignored() const { return {}; }
    // Who signed in, by the identifier as stored. Empty: nobody, or it is no check of a password.
    virtual std::string signed_in() const { return {}; }

  protected:
    Work(const Settings& settings, Format format) : settings_(settings), format_(format) {}

    const Settings& settings() const { return settings_; }
    const DatabaseSettings& database() const { return *settings_.database; }
    Format format() const { return format_; }

    // The answer, where there are no problems.
    virtual Reply answer() = 0;
    // The records that it gave, or that were changed.
    virtual std::uint64_t rows() const { return 0; }

    Reply make_reply(Text body) const;

  private:
    const Settings& settings_;
    const Format format_;
};

}  // namespace helpdesk
