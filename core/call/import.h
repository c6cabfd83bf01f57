// The work of an import: it turns rows into writes, a slice at a time, and counts the results.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/format.h"
#include "answer/import_report.h"
#include "answer/rows.h"
#include "call/name_set.h"
#include "call/work.h"
#include "db/database.h"
#include "request/check.h"

namespace helpdesk {

struct ImportOptions {
    const Verb* mode = nullptr;  // the verb of the call that each row stands for
    bool dry_run = false;        // everything is looked up, and nothing is changed
    CheckOptions rows = {};      // how the values of the rows are checked
};

ImportOptions check_import(const Resource& resource, const Variables& variables, Problems& problems);

// Keeps the outcome of a row that ends the import. The first one is kept, unless a later one is unknown: that
// tells the client more than that another row was not stored.
void keep_end(const Outcome& of_row, Outcome& kept);

// Returns the memory that an import takes until it ends, roughly: its body, and the writes of the rows that
// it has read and not yet written. `action` is that of the import.
std::size_t memory_of_import(const RowBody& body, const Action& action);

// Alternates between the two pools of threads: one step hashes some passwords, or writes rows and reads the
// next. So that other calls get a thread as well, a step writes at most a thousand rows that share
// statements, and begins no other row after two seconds. The longest of those is a ticket with ten thousand
// entries, which takes some seconds, and is rolled back when stop() is called.
class Import : public Work {
  public:
    Import(const Settings& settings, Format format, const Action& action, const ImportOptions& options,
           std::shared_ptr<const RowBody> body);

    bool takes_long() const override { return true; }
    bool ends_with_client() const override { return true; }
    void stop() noexcept override { is_stopped_ = true; }

    // The first step checks the whole body. If that cannot be read, no row is written. Problems end the
    // import.
    Step carry_out() override;
    // Hashes the passwords of some rows.
    Step hash() override;

    void explain(Problem& problem) const override;
    std::string progress() const override;
    std::string ignored() const override { return done_ ? names_.ignored() : ""; }

  protected:
    Reply answer() override { return make_reply(std::move(answer_)); }
    std::uint64_t rows() const override { return done_ ? report_.changed() : 0; }

  private:
    struct Pending {
        std::size_t line;
        Write write;
    };
    using Clock = std::chrono::steady_clock;
    Outcome work_on();
    bool is_to_pause() const;
    bool is_given_up(const WriteResult& result) const;
    Stage read_slice();
    void accept_row(Row& row);
    void count_password(Write& write, Problems& problems);
    Outcome write_slice();
    void write_run(const std::vector<const Pending*>& run, Outcome& outcome);
    void count_result(const Pending& row, const WriteResult& result, Outcome& outcome);
    Outcome rehearse_slice();
    void report_row(std::size_t line, std::string_view name, const Problems& problems);

    const Action& action_;
    const ImportOptions options_;
    const Action& row_action_;
    std::shared_ptr<const RowBody> body_;
    RowNames names_;
    std::unique_ptr<RowReader> reader_;
    std::vector<Pending> pending_;
    std::size_t hashed_ = 0;   // how many of those have been hashed
    std::size_t written_ = 0;  // how many of those have been written
    Clock::time_point step_began_;
    std::atomic<bool> is_stopped_ = false;
    NameSet would_be_there_;
    std::size_t passwords_ = 0;  // in all rows read so far
    ImportReport report_;
    std::array<std::size_t, 2> listed_{};  // rows that failed, and rows that exist already
    std::string log_;
    bool done_ = false;
    TextPieces answer_;  // written at the end
};

}  // namespace helpdesk
