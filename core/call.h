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

#include "access.h"
#include "check.h"
#include "date.h"
#include "db/database.h"
#include "decode.h"
#include "format.h"
#include "geocode.h"
#include "import.h"
#include "key.h"
#include "list.h"
#include "metrics.h"
#include "password.h"
#include "rows.h"
#include "select.h"

namespace helpdesk {

// What the configuration of a location says.
struct Settings {
    std::vector<Key> keys;
    bool refuse_key_in_url = false;
    const DatabaseSettings* database = nullptr;
    int bcrypt_cost = default_bcrypt_cost;
    Format format = Format::xml;
    std::string format_variable = "format";
    bool legacy_status = false;  // old clients: 200 for all our 4xx
    bool reject_unknown = false;
    bool geocoder = false;           // looks up coordinates that the client does not give
    std::size_t max_records = 1000;  // of a list, where the call says no `count`
    TimeFormat time_format = TimeFormat::reference;
    CheckOptions check;
};

struct Request {
    Variables variables;
    std::string_view api_key;               // header X-API-Key
    std::string_view authorization;         // header Authorization
    std::string accept;                     // headers Accept, one list
    std::string_view if_match = {};         // header If-Match
    std::string_view idempotency_key = {};  // header Idempotency-Key
    std::string_view other_condition = {};  // the name of a header with a condition that no change can keep
    Problems header_problems = {};          // what is wrong with the headers
    bool hides_key = false;                 // whether one of those headers may have carried the key
    bool key_in_url = false;                // whether the variable `key` stands in the query string
    Address address = {};
    std::shared_ptr<const RowBody> rows = nullptr;  // the body, if it carries rows
};

// Where a call's time went.
struct Times {
    std::chrono::nanoseconds queue{};  // until threads took it
    std::chrono::nanoseconds database{};
    std::chrono::nanoseconds hash{};
    std::chrono::nanoseconds geocoder{};
};

struct Reply {
    int status = 200;
    std::string_view content_type;
    Text body;
    std::vector<std::pair<std::string_view, std::string>> headers;
    std::string_view outcome = "ok";  // or the code of the problem that the status tells; static text
    std::string log;                  // for the operator, at level error; empty when there is nothing to say
    Times times = {};
    std::uint64_t rows = 0;  // records that it gives or that were changed
};

// The answer to a request that had problems. Also for those that nginx or the module found.
Reply problem_reply(const Settings& settings, Format format, const Problems& problems);

// Tells the client's author the variables that were ignored, if there were any.
void add_ignored(Reply& reply, const std::string& ignored);

// The format that a request asks for; a wrong one becomes a problem.
Format choose_format(const Settings& settings, const Request& request, Problems& problems);

// Who calls and what, as far as the request's variables and headers say. With the line and headers alone that
// is less than with the body. Throws std::runtime_error as sha256() does.
Caller identify(const Settings& settings, const Request& request);

// The same, without a key that may not be used now or from the request's address.
Caller identify_entitled(const Settings& settings, const Request& request);

// How much of a request is known: its line and headers, or also whether its body shows a key.
enum class Known { head, key };

// Refuses a caller before all of the request is read: by a key that is not good, or not for this action or
// address, and where it would be known, by none. Nothing when the caller may come in, or that is not known
// yet.
std::optional<Reply> refuse_early(const Settings& settings, const Request& request, const Caller& caller,
                                  Known known);

// Whether a variable's name has a meaning of its own, so that helpdesk_format_variable must not take it.
bool is_taken_name(std::string_view name);

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
