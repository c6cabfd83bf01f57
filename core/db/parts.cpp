#include "db/parts.h"

#include <algorithm>
#include <vector>

#include "db/beside.h"
#include "db/session/errors.h"
#include "db/store.h"

namespace helpdesk::db {
namespace {

// The most bytes of values in one statement, unless one part alone has more.
constexpr std::size_t most_bytes = std::size_t{1024} * 1024;

std::size_t size_of(const Write& write) {
    std::size_t size = 0;
    for (const Value& value : write.values)
        size += value.text ? value.text->size() : 0;
    return size;
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
        with_groups(most_grouped,
                    [&](std::span<WritePlan* const> group) { ask_together(connection, group); });
        for (std::size_t i = 0; i < plans_.size(); ++i) {
            const WritePlan& plan = plans_[i];
            Problems found = plan.problems;
            if (plan.is_repeat())
                found.push_back({code::duplicate_value, std::string(plan.resource().unique),
                                 "is that of another " + std::string(plan.resource().names.noun)});
            add_problems_of_part(plan.resource(), first_ + i, found, problems);
        }
    }

    void store(Connection& connection, std::size_t at_once) {
        with_groups(at_once, [&](std::span<WritePlan* const> group) {
            insert_records(connection, group);
            write_beside(connection, group);
        });
    }

  private:
    // A power of two at once, so that few prepared statements serve all counts.
    template <typename Function>
    void with_groups(std::size_t most, Function each) {
        for (std::size_t done = 0; done < plans_.size();) {
            std::size_t count = most;
            while (count > plans_.size() - done)
                count /= 2;
            std::vector<WritePlan*> group;
            for (std::size_t i = 0; i < count; ++i)
                group.push_back(&plans_[done + i]);
            each(std::span<WritePlan* const>(group));
            done += count;
        }
    }

    const std::size_t first_;
    const std::optional<std::uint64_t> owner_;
    std::vector<Write> writes_;
    std::vector<WritePlan> plans_;
    std::size_t bytes_ = 0;
};

template <typename Function>
void for_each_run(const Parts& parts, std::optional<std::uint64_t> owner, Function each) {
    for (std::size_t i = 0; i < parts.size();) {
        Run run(i, owner);
        while (run.end() < parts.size() && run.add(parts.write(run.end()))) {
        }
        i = run.end();
        each(run);
    }
}

}  // namespace

void store_parts(Connection& connection, WritePlan& owner) {
    const Parts& parts = *owner.write().parts;
    const std::size_t at_once = parts.size() > 1 && has_steady_numbers(connection) ? most_grouped : 1;
    for_each_run(parts, owner.record_id, [&](Run& run) {
        run.ask(connection, owner.problems);
        if (owner.problems.empty())
            run.store(connection, at_once);
    });
}

void rehearse_parts(Connection& connection, WritePlan& owner) {
    for_each_run(*owner.write().parts, {}, [&](Run& run) { run.ask(connection, owner.problems); });
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
