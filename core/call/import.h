// An import on its way: rows become writes, a slice of them at a time, and what became of each is counted.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "answer/format.h"
#include "answer/rows.h"
#include "call/settings.h"
#include "db/database.h"
#include "request/check.h"

namespace helpdesk {

struct ImportOptions {
    Verb verb = Verb::add;   // of the call that each row is
    bool dry_run = false;    // all is looked up, and nothing changed
    CheckOptions rows = {};  // for the values of the rows
};

ImportOptions check_import(const Variables& variables, Problems& problems);

// Takes what a row that ends the import came to. The first of them is kept, but for one of which nobody knows
// what became: that is more than that another was not stored.
void keep_end(const Outcome& of_row, Outcome& kept);

class Import {
  public:
    Import(const Settings& settings, const Action& action, ImportOptions options,
           std::shared_ptr<const RowBody> body);

    const Action& action() const { return action_; }

    // What comes next: some passwords are hashed, or rows written and others read. Each takes some seconds at
    // most, so that other calls get a thread as well.
    enum class Stage { hash, database, done };
    Stage stage() const { return stage_; }

    // Hashes some passwords. Blocks; throws as hash_password() does.
    void hash();

    // Begins with the whole body, of which nothing is done if it cannot be read. Blocks. Problems in the
    // outcome end the import.
    Outcome carry_out();

    // A problem that ends the import, for a client that has to know what was done before.
    void explain(Problem& problem) const;

    // The answer, once all is done.
    Text report(Format format) const;
    std::uint64_t changed() const { return added_ + updated_; }
    const std::string& ignored() const { return names_.ignored(); }
    const std::string& log() const { return log_; }

  private:
    struct Pending {
        std::size_t line;
        Write write;
    };
    struct RowProblem {
        std::size_t line;
        std::string name;
        Problem problem;
    };

    void read_slice();
    void take_row(Row& row);
    void count_password(Write& write, Problems& problems);
    Outcome write_slice();
    void write_run(const std::vector<const Pending*>& run, Outcome& outcome);
    void take(const Pending& row, const WriteResult& result, Outcome& outcome);
    Outcome rehearse_slice();
    void report_row(std::size_t line, std::string_view name, const Problems& problems);

    const Settings& settings_;
    const Action& action_;
    const ImportOptions options_;
    const Action& row_action_;
    std::shared_ptr<const RowBody> body_;
    RowNames names_;
    std::unique_ptr<RowReader> reader_;
    Stage stage_ = Stage::database;
    std::vector<Pending> pending_;
    std::size_t hashed_ = 0;  // of those
    std::set<std::string> would_be_there_;
    std::size_t passwords_ = 0;  // in all rows that were read
    std::uint64_t rows_ = 0;
    std::uint64_t added_ = 0;
    std::uint64_t updated_ = 0;
    std::uint64_t existing_ = 0;
    std::uint64_t failed_ = 0;
    std::vector<RowProblem> problems_;
    std::array<std::size_t, 2> listed_{};  // rows that failed, and those that exist
    bool more_problems_ = false;
    std::string log_;
};

}  // namespace helpdesk
