#include "db/parts.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "db/beside.h"
#include "db/session/errors.h"
#include "db/store.h"

namespace helpdesk::db {
namespace {

// The most bytes of values in one statement, unless one part alone has more.
constexpr std::size_t most_bytes = std::size_t{1024} * 1024;

std::size_t size_of(const std::vector<IndexedText>& texts) {
    std::size_t size = 0;
    for (const IndexedText& text : texts)
        size += sizeof(text) + text.text.size();
    return size;
}

std::size_t size_of(const Write& write) {
    std::size_t size = 0;
    for (const Value& value : write.values)
        size += value.text ? value.text->size() : 0;
    return size;
}

// A power of two at once, so that few prepared statements serve all counts.
template <typename T, typename Function>
void in_groups(std::span<T> all, std::size_t most, Function each) {
    while (!all.empty()) {
        std::size_t count = most;
        while (count > all.size())
            count /= 2;
        each(all.first(count));
        all = all.subspan(count);
    }
}

// Some of the parts, one after the other and of one shape, so that they can share statements.
class Run {
  public:
    // `first` is the place of the first among all parts of the record.
    Run(std::size_t first, std::optional<std::uint64_t> owner) : first_(first), owner_(owner) {
        writes_.reserve(most_grouped + 1);
        plans_.reserve(most_grouped);
    }

    // Returns false, and adds nothing, if the part does not fit.
    bool add(Write part) {
        bytes_ += size_of(part);
        writes_.push_back(std::move(part));
        WritePlan plan(writes_.back(), WritePlan::Of::part, owner_);
        const bool fits = plans_.empty() || (plans_.size() < most_grouped && bytes_ <= most_bytes &&
                                             plan.shape() == plans_.front().shape());
        if (fits)
            plans_.push_back(std::move(plan));
        return fits;
    }

    std::size_t end() const { return first_ + plans_.size(); }

    void ask(Connection& connection, Problems& problems) {
        const std::vector<WritePlan*> plans = this->plans();
        const std::vector<SameQuestion> questions = same_questions(plans);
        in_groups(std::span(questions), most_grouped, [&](auto group) { ask_together(connection, group); });
        for (std::size_t i = 0; i < plans_.size(); ++i) {
            const WritePlan& plan = plans_[i];
            Problems found = plan.problems;
            if (plan.is_repeat())
                found.push_back({code::duplicate_value, std::string(plan.resource().unique),
                                 "is that of another " + std::string(plan.resource().names.noun)});
            add_problems_of_part(plan.resource(), first_ + i, found, problems);
        }
    }

    void store(Connection& connection, std::size_t at_once, std::vector<IndexedText>& texts) {
        const std::vector<WritePlan*> plans = this->plans();
        in_groups(std::span(plans), at_once, [&](auto group) {
            insert_records(connection, group);
            write_beside(connection, group, texts);
        });
    }

  private:
    std::vector<WritePlan*> plans() {
        std::vector<WritePlan*> plans;
        for (WritePlan& plan : plans_)
            plans.push_back(&plan);
        return plans;
    }

    const std::size_t first_;
    const std::optional<std::uint64_t> owner_;
    std::vector<Write> writes_;
    std::vector<WritePlan> plans_;
    std::size_t bytes_ = 0;
};

// Asks about the parts, run by run, and passes each good run to `each`. Goes on until a run has a problem, or
// nobody waits for the owner any more, which is one, too.
template <typename Function>
void for_each_run(Connection& connection, WritePlan& owner, std::optional<std::uint64_t> number,
                  Function each) {
    const Parts& parts = *owner.write().parts;
    const std::atomic<bool>* is_stopped = owner.write().is_stopped;
    for (std::size_t i = 0; i < parts.size() && owner.problems.empty();) {
        if (is_stopped != nullptr && *is_stopped)
            return owner.problems.push_back(problem_of_status(503));
        Run run(i, number);
        while (run.end() < parts.size() && run.add(parts.write(run.end()))) {
        }
        i = run.end();
        run.ask(connection, owner.problems);
        if (owner.problems.empty())
            each(run);
    }
}

}  // namespace

void store_parts(Connection& connection, WritePlan& owner) {
    const bool are_several = owner.write().parts->size() > 1;
    const std::size_t at_once = are_several && has_steady_numbers(connection) ? most_grouped : 1;
    // The words of many runs are indexed at once: each time, all words that the owner has so far are read.
    std::vector<IndexedText> texts;
    for_each_run(connection, owner, owner.record_id, [&](Run& run) {
        run.store(connection, at_once, texts);
        if (size_of(texts) <= most_bytes)
            return;
        index_texts(connection, texts);
        texts.clear();
    });
    if (owner.problems.empty())
        index_texts(connection, texts);
}

void rehearse_parts(Connection& connection, WritePlan& owner) {
    for_each_run(connection, owner, {}, [](Run& /*run*/) {});
}

std::optional<Problem> explain_parts(const Write& owner, int error, std::uint64_t largest_packet) {
    const Resource& resource = owner.parts->resource();
    const std::string element(resource.names.element);
    if (error == 1062)  // ER_DUP_ENTRY
        return Problem{code::duplicate_value, element + "_" + std::string(resource.unique),
                       "is that of another " + std::string(resource.names.noun)};
    if (error == packet_too_large)
        return Problem{code::payload_too_large, element,
                       "is larger than the database server accepts, " + std::to_string(largest_packet) +
                           " bytes in all"};
    return std::nullopt;
}

}  // namespace helpdesk::db
