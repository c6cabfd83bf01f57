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
#include "call/work.h"
#include "db/database.h"
#include "request/check.h"

namespace helpdesk {

struct ImportOptions {
    const Verb* mode = nullptr;  // the verb of the call that each row is
    bool dry_run = false;        // all is looked up, and nothing changed
    CheckOptions rows = {};      // for the values of the rows
};

ImportOptions check_import(const Resource& resource, const Variables& variables, Problems& problems);

// Takes what a row that ends the import came to. The first of them is kept, but for one of which nobody knows
// what became: that is more than that another was not stored.
void keep_end(const Outcome& of_row, Outcome& kept);

// It goes to and fro between the two kinds of threads: some passwords are hashed, or rows written and others
// read. Each step takes some seconds at most, so that other calls get a thread as well.
class Import : public Work {
  public:
    Import(const Settings& settings, Format format, const Action& action, const ImportOptions& options,
           std::shared_ptr<const RowBody> body);

    bool takes_long() const override { return true; }
    bool is_import() const override { return true; }

    // Begins with the whole body, of which nothing is done if it cannot be read. Problems end the import.
    Step carry_out() override;
    // Hashes some passwords.
    Step hash() override;

    void explain(Problem& problem) const override;
    std::string ignored() const override { return done_ ? names_.ignored() : ""; }

  protected:
    Reply answer() override { return make_reply(std::move(report_)); }
    std::uint64_t rows() const override { return done_ ? changed() : 0; }

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

    Outcome work_on();
    Stage read_slice();
    void accept_row(Row& row);
    void count_password(Write& write, Problems& problems);
    std::uint64_t changed() const { return added_ + updated_; }
    Text write_totals() const;
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
    bool done_ = false;
    Text report_;  // once all is done
};

}  // namespace helpdesk
