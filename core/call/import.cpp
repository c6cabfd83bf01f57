#include "call/import.h"

#include <algorithm>
#include <set>

#include "call/hash_time.h"
#include "text.h"

namespace helpdesk {
namespace {

// The most that an import does in one step, so that the thread is soon free for other calls.
constexpr std::size_t slice_rows = 1000;
constexpr std::size_t slice_bytes = std::size_t{1024} * 1024;
constexpr std::size_t slice_passwords = 16;
constexpr std::chrono::seconds slice_time{2};

// The most rows with a password in one import. At the usual cost of bcrypt each takes a good part of a
// second, so that more of them would keep other calls waiting for long.
constexpr std::size_t most_passwords = 1000;

// The most failed rows, and the most rows that exist already, that the answer lists. Beyond that it only
// counts them.
constexpr std::size_t most_listed = 1000;

// The most bytes of a row's identifier that the answer shows. The identifier itself may be as long as the
// body.
constexpr std::size_t longest_name = 255;

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Returns whether there is an error that every following row would meet as well.
bool ends_import(const Problems& problems) {
    return std::any_of(problems.begin(), problems.end(), [](const Problem& problem) {
        return http_status(problem.code) > 500 && problem.code != code::overloaded;
    });
}

bool has(const Problems& problems, std::string_view code) {
    return std::any_of(problems.begin(), problems.end(), [&](const Problem& p) { return p.code == code; });
}

std::string shortened(std::string_view utf8) {
    std::size_t size = std::min(utf8.size(), longest_name);
    while (size > 0 && size < utf8.size() && (static_cast<unsigned char>(utf8[size]) & 0xC0) == 0x80)
        --size;
    return std::string(utf8.substr(0, size));
}

// Returns what a row adds to its slice. An empty value or part takes time and memory as well.
std::size_t size_of(const Row& row) {
    constexpr std::size_t of_part = 128;
    std::size_t size = 0;
    for (const Variables::Sent& variable : row.variables.all())
        size += sizeof(variable) + variable.name.size() + variable.value.size();
    return size + (row.parts ? row.parts->bytes() + of_part * row.parts->size() : 0);
}

// Not all problems of a row were looked for if there are enough of them.
Problems listed_problems(const Problems& problems) {
    Problems listed = first_of(problems, most_problems_of_row);
    if (are_enough(problems))
        listed.back().text = "and more problems";
    return listed;
}

// Returns what names the record of a row: its number if it brings one. Empty if it gets a number.
std::string name_of(const Write& write) {
    return write.action->verb.brings && write.id ? std::to_string(*write.id) : write.identifier;
}

}  // namespace

ImportOptions check_import(const Resource& resource, const Variables& variables, Problems& problems) {
    const std::vector<const Verb*> modes = modes_of(resource);
    ImportOptions options{.mode = modes.front()};
    const std::string_view name = variables.get(mode_variable);
    const auto mode = std::find_if(modes.begin(), modes.end(), [&](const Verb* known) {
        return text::equal_ignoring_case(known->name, name);
    });
    if (mode != modes.end())
        options.mode = *mode;
    else if (!name.empty())
        problems.push_back(
            {code::invalid_choice, std::string(mode_variable), "must be " + list_modes(resource)});
    options.dry_run = check_dry_run(variables, problems);
    return options;
}

// A row has two bytes at least, and its write an object for each variable of the resource. The texts in them
// are those of the body once more.
std::size_t memory_of_import(const RowBody& body, const Action& action) {
    const std::size_t rows = std::min(slice_rows, body.text.size() / 2 + 1);
    return 2 * body.text.size() + rows * (sizeof(Write) + action.resource.variables.size() * sizeof(Value));
}

void keep_end(const Outcome& of_row, Outcome& kept) {
    if (kept.problems.empty() || has(of_row.problems, code::outcome_unknown))
        kept = of_row;
}

Import::Import(const Settings& settings, Format format, const Action& action, const ImportOptions& options,
               std::shared_ptr<const RowBody> body)
    : Work(settings, format),
      action_(action),
      options_(options),
      row_action_(*find_action(action.resource, *options.mode)),
      body_(std::move(body)),
      names_(row_action_, settings.reject_unknown) {
    report_.dry_run = options_.dry_run;
}

Work::Step Import::hash() {
    is_stopped_ = false;
    const std::size_t end = std::min(pending_.size(), hashed_ + slice_passwords);
    for (; hashed_ < end && !is_stopped_; ++hashed_) {
        Write& write = pending_[hashed_].write;
        if (write.password() == nullptr)
            continue;
        const HashTime time;
        write.hash_password(settings().bcrypt_cost);
    }
    return {hashed_ == pending_.size() ? Stage::database : Stage::hash};
}

Work::Step Import::carry_out() {
    step_began_ = Clock::now();
    is_stopped_ = false;
    Outcome outcome = work_on();
    if (!outcome.problems.empty())
        return {Stage::done, std::move(outcome)};
    if (written_ < pending_.size())
        return {Stage::database};
    const Stage next = read_slice();
    if (next != Stage::done)
        return {next};
    answer_ = write_import_report(format(), action_, report_);
    done_ = true;
    return {Stage::done, {.problems = {}, .log = log_}};
}

// Writes the slice that was read. The first time, checks the body instead.
Outcome Import::work_on() {
    Outcome outcome;
    if (reader_ == nullptr) {
        outcome.problems = check_rows(*body_, names_);
        if (outcome.problems.empty())
            reader_ = read_rows(*body_, names_);
    } else {
        outcome = options_.dry_run ? rehearse_slice() : write_slice();
    }
    return outcome;
}

Work::Stage Import::read_slice() {
    pending_.clear();
    hashed_ = 0;
    written_ = 0;
    Row row;
    std::size_t bytes = 0;
    std::size_t rows = 0;
    bool more = true;
    while (rows < slice_rows && bytes < slice_bytes && (more = reader_->next(row))) {
        ++rows;
        bytes += size_of(row);
        accept_row(row);
    }
    const bool hashes = !options_.dry_run && std::any_of(pending_.begin(), pending_.end(), [](Pending& one) {
        return one.write.password() != nullptr;
    });
    if (pending_.empty() && !more)
        return Stage::done;
    return hashes ? Stage::hash : Stage::database;
}

void Import::accept_row(Row& row) {
    ++report_.rows;
    Problems problems = row.variables.problems();
    if (row.variables.complete()) {
        Write write = check(row_action_, row.variables, options_.rows, problems);
        if (row.parts) {
            const Action& part = *find_action(row_action_.resource.parts(), row_action_.verb);
            write.parts.emplace(part, std::move(*row.parts), options_.rows);
            write.parts->check(problems);
            write.is_stopped = &is_stopped_;
        }
        if (problems.empty())
            count_password(write, problems);
        if (problems.empty()) {
            if (const Preparing* preparing = row_action_.resource.preparing)
                preparing->prepare_row(write, settings());
            pending_.push_back({row.line, std::move(write)});
            return;
        }
    }
    ++report_.failed;
    report_row(row.line, row.variables.get(row_action_.resource.known_by()), problems);
}

void Import::count_password(Write& write, Problems& problems) {
    if (write.password() == nullptr || ++passwords_ <= most_passwords)
        return;
    problems.push_back(
        {code::too_many_values, std::string(row_action_.resource.password()->name),
         "an import may have at most 1,000 rows with a password; send the others in another import"});
}

// Returns whether the rows that are left are for another step, or for none, if nobody waits for them.
bool Import::is_to_pause() const {
    return is_stopped_ || Clock::now() - step_began_ > slice_time;
}

// Returns whether the row is as it was, because nobody waits for it.
bool Import::is_given_up(const WriteResult& result) const {
    return is_stopped_ && has(result.problems, code::overloaded);
}

// Rows share statements as calls do, except where their order could matter. A row is written after those
// before it if it may name the same record, in whatever spelling, or adds a row that they would find.
Outcome Import::write_slice() {
    Outcome outcome;
    std::vector<const Pending*> run;
    std::set<std::string> names;
    const auto write = [&] {
        write_run(run, outcome);
        run.clear();
        names.clear();
    };
    for (; written_ < pending_.size() && outcome.problems.empty(); ++written_) {
        const Pending& row = pending_[written_];
        const std::string name = text::to_lower(row.write.identifier);
        if (names.count(name) > 0 || !is_ascii(name) || adds_rows(row.write))
            write();
        if (can_share(row.write) && is_ascii(name)) {
            names.insert(name);
            run.push_back(&row);
            continue;
        }
        if (is_to_pause())
            break;
        const WriteResult result = helpdesk::write(database(), row.write);
        if (is_given_up(result))
            break;
        count_result(row, result, outcome);
    }
    if (outcome.problems.empty())
        write();
    return outcome;
}

void Import::write_run(const std::vector<const Pending*>& run, Outcome& outcome) {
    std::vector<const Write*> writes;
    writes.reserve(run.size());
    for (const Pending* row : run)
        writes.push_back(&row->write);
    const std::vector<WriteResult> results = write_grouped(database(), writes);
    for (std::size_t i = 0; i < run.size(); ++i)
        count_result(*run[i], results[i], outcome);
}

void Import::count_result(const Pending& row, const WriteResult& result, Outcome& outcome) {
    if (ends_import(result.problems))
        return keep_end(result, outcome);
    if (log_.empty() && !result.log.empty())
        log_ = "the row in line " + std::to_string(row.line) + ": " + result.log;
    if (result.problems.empty())
        ++(result.added ? report_.added : report_.updated);
    else if (row_action_.verb.adds && has(result.problems, code::already_exists))
        ++report_.existing;
    else
        ++report_.failed;
    report_row(row.line, name_of(row.write), result.problems);
}

// A dry run stores nothing, so it remembers what earlier rows would have added.
Outcome Import::rehearse_slice() {
    Outcome outcome;
    const std::string known_by(row_action_.resource.known_by());
    for (; written_ < pending_.size() && outcome.problems.empty() && !is_to_pause(); ++written_) {
        const Pending& row = pending_[written_];
        WriteResult result = rehearse(database(), row.write);
        if (is_given_up(result))
            break;
        const bool adds = result.problems.empty() && result.added;
        const std::string name = text::to_lower(name_of(row.write));
        const bool was_added = adds && !name.empty() && !would_be_there_.insert(name);
        if (was_added && row_action_.verb.adds)
            result.problems = {{code::already_exists, known_by, "an earlier row has the same " + known_by}};
        else if (was_added)
            result.added = false;
        count_result(row, result, outcome);
    }
    return outcome;
}

void Import::report_row(std::size_t line, std::string_view name, const Problems& problems) {
    if (problems.empty())
        return;
    if (listed_.at(has(problems, code::already_exists) ? 1 : 0)++ >= most_listed)
        report_.more_problems = true;
    else
        for (Problem& problem : listed_problems(problems))
            report_.problems.push_back({line, shortened(name), std::move(problem)});
}

void Import::explain(Problem& problem) const {
    if (report_.changed() > 0 && !options_.dry_run)
        problem.text += "; " + progress() + "; it can be sent again";
}

std::string Import::progress() const {
    if (options_.dry_run)
        return "the dry run of an import stopped before its end";
    return "the import stopped before its end, with " + std::to_string(report_.added) + " added and " +
           std::to_string(report_.updated) + " updated";
}

}  // namespace helpdesk
