// A request on its way through the core: accept() checks it; a good one becomes a Call, which passes through
// a thread for hashing, if it has a password, and one for the database, and ends in a Reply.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "answer/reply.h"
#include "call/import.h"
#include "call/list.h"
#include "call/settings.h"
#include "db/database.h"
#include "metrics.h"
#include "place/geocode.h"
#include "request/access.h"
#include "request/check.h"
#include "request/request.h"

namespace helpdesk {

// A question whether a write could be served.
struct HealthCheck {};

class Call {
  public:
    // Either answers at once, without any work for the database, or gives the call to carry out. `caller` as
    // identified by the whole request.
    static std::variant<Reply, std::unique_ptr<Call>> accept(const Settings& settings, const Request& request,
                                                             const Caller& caller);

    // Answers a JSON object: `status` is ok, or unavailable and then `code` and `reason` say why.
    static std::unique_ptr<Call> health_check(const Settings& settings);

    // A check of credentials that is answered by signed_in() alone. Null when they cannot be anyone's.
    static std::unique_ptr<Call> sign_in(const Settings& settings, std::string_view identifier,
                                         std::string_view password);

    // Who signed in, by the identifier as stored; empty: nobody, or, if the call failed, not known.
    const std::string& signed_in() const { return signed_in_; }
    bool failed() const { return failed_without_memory_ || !outcome_.problems.empty(); }
    // What the client of a failed call would be told first, for the log.
    std::string_view failure() const {
        return outcome_.problems.empty() ? std::string_view("there is no memory")
                                         : outcome_.problems.front().text;
    }

    // What comes next: a write looks up coordinates and hashes its password before it goes to the database,
    // for what it has to know of the record before that, too; a check of a password hashes after. An import
    // goes to and fro between the two; a list that is longer than a page, and each export, comes back with
    // each of its pages, to be sent.
    // A walk that has come to the present pauses, and goes to the database again.
    enum class Stage { locate, hash, database, pause, send, done };
    Stage stage() const { return stage_; }

    // To pause: the time after which end_pause() is due. Until then the call needs no thread.
    std::chrono::microseconds pause() const { return pause_; }
    void end_pause();

    // To be looked up: the query string for the geocoder.
    const std::string& geocoder_query() const { return geocoder_query_; }

    // Takes what the geocoder said. Gives what the operator should know of it; empty when that is nothing.
    std::string take(const GeocoderReply& reply);

    // Hashes the password: some hundred milliseconds of one core. Blocks; for a thread. Never throws.
    void hash();

    // To be sent: the answer's next part, which stands until it was. What comes before the first is reply().
    const Text& part() const { return std::get<std::unique_ptr<List>>(work_)->page(); }
    bool is_last_part() const { return !std::get<std::unique_ptr<List>>(work_)->more(); }
    // Lets go of a part that was sent, and is not the last.
    void sent();

    // Whether the call shares its statements, or its answer, with others of its kind, so that it is worth
    // executing them together.
    enum class Sharing { none, read, write, health };
    Sharing sharing() const;

    // What those who share threads out have to know. Whether it may keep a thread for long, as a list, an
    // import or an export does; an import can also end between its slices.
    bool takes_long() const;
    bool is_import() const { return std::holds_alternative<std::unique_ptr<Import>>(work_); }
    // Whether it is a write, which may be carried out when its client is there no more.
    bool changes() const { return std::holds_alternative<Write>(work_); }

    // Carries out calls: one that fails harms no other. Blocks; for a database thread. Never throws.
    static void execute(std::span<const std::unique_ptr<Call>> calls);

    // The answer, once nothing is to be done, or, without its body, when the first part is to be sent. To be
    // asked for once, unless it tells of problems or is sent in parts.
    Reply reply();

    // Gives up: no thread took the call.
    void fail(Problem problem);

  private:
    using Work =
        std::variant<Write, std::unique_ptr<List>, SignInCheck, HealthCheck, std::unique_ptr<Import>>;

    Call(const Settings& settings, Format format, const Action* action, Work work, std::string ignored);

    static void execute_groups(std::span<const std::unique_ptr<Call>> calls);
    static void execute_together(Sharing sharing, std::span<Call* const> calls);
    static void execute_writes(std::span<Call* const> calls);
    static void execute_reads(std::span<Call* const> calls);
    void execute();
    // Each stage begins with the wait for a thread.
    void wait();
    void begin_stage();
    void end_stage(std::chrono::nanoseconds Times::*time);
    Stage stage_of_write();
    bool read_place(Write& write);
    void take(WriteResult result);
    void take(ReadResult result, List& list);
    void begin_answer(const List& list);
    void carry_out(const Write& write);
    void carry_out(const std::unique_ptr<List>& list);
    void carry_out(const SignInCheck& check);
    void carry_out(const HealthCheck& check);
    void carry_out(const std::unique_ptr<Import>& import);
    void go_on(const Import& import);
    void finish_sign_in(SignInCheck& check);
    void end(Outcome outcome);
    // Ends with 500. For a handler of exceptions, whatever memory is left.
    void give_up(const std::exception& error) noexcept;

    const Settings& settings_;
    Format format_;
    const Action* action_;  // as called; null: none
    Work work_;
    std::string ignored_;
    Stage stage_;
    bool reads_place_ = false;  // before the write
    std::string geocoder_query_;
    Write* located_ = nullptr;  // in `work_`: to which the coordinates go
    Outcome outcome_;
    bool failed_without_memory_ = false;  // even for saying so in `outcome_`
    Credentials credentials_;
    std::string signed_in_;
    Text body_;
    std::vector<std::pair<std::string_view, std::string>> headers_;
    std::uint64_t rows_ = 0;
    bool in_parts_ = false;
    std::chrono::microseconds pause_{0};
    int pauses_ = 0;
    Times times_;
    std::optional<Raised> waiting_;
    CallLimit::Place place_;  // among the calls with its key; null where they are not counted
    std::chrono::steady_clock::time_point since_;  // when it began to wait, or its stage began
};

}  // namespace helpdesk
