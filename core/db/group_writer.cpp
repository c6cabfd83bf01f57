// Carries out writes of several calls at once: decides which of them share statements, and finds the result
// of each.
#include <map>
#include <set>
#include <unordered_map>

#include "db/beside.h"
#include "db/group.h"
#include "db/session/errors.h"
#include "db/statements/record_sql.h"
#include "db/writer.h"

namespace helpdesk::db {
namespace {

// Returns how many share the next statement. It is a power of two, so that few prepared statements serve all
// counts.
std::size_t group_size(std::size_t waiting) {
    std::size_t size = most_grouped;
    while (size > waiting)
        size /= 2;
    return size;
}

template <typename T, typename Function>
void in_groups(std::span<T> all, Function each) {
    while (!all.empty()) {
        const std::size_t size = group_size(all.size());
        each(all.first(size));
        all = all.subspan(size);
    }
}

// Asks the questions of all plans with one statement.
class AskQuestions : public Operation {
  public:
    explicit AskQuestions(std::span<WritePlan* const> plans) : plans_(plans) {}

    void run(Connection& connection) override { ask_together(connection, plans_); }

  private:
    std::span<WritePlan* const> plans_;
};

// Finds the records that updates name with one statement.
class FindRecords : public Operation {
  public:
    explicit FindRecords(std::span<WritePlan* const> plans) : plans_(plans) {}

    void run(Connection& connection) override {
        const Resource& resource = plans_.front()->resource();
        const std::string column = quoted(resource.name()->column);
        std::vector<std::string> names;
        for (const WritePlan* plan : plans_)
            names.push_back(plan->write().identifier);
        Statement statement{.sql = "SELECT id, " + column + " FROM " + quoted(resource.table) + " WHERE ",
                            .parameters = {}};
        add_in(statement, column, names);
        std::unordered_map<std::string, std::uint64_t> ids;
        const auto row = connection.query(statement.sql, statement.parameters);
        while (row->next())
            ids.emplace(row->text(2), row->number(1));
        complete_ = true;
        for (WritePlan* plan : plans_) {
            const auto found = ids.find(plan->write().identifier);
            complete_ = complete_ && found != ids.end();
            plan->record_id = found == ids.end() ? 0 : found->second;
        }
    }

    // Returns whether each record exists, under a name with exactly these letters.
    bool complete() const { return complete_; }

  private:
    std::span<WritePlan* const> plans_;
    bool complete_ = false;
};

// Carries out all plans with one statement, which commits by itself unless it deletes, or rules write other
// records with it.
class StoreRecords : public Operation {
  public:
    explicit StoreRecords(std::span<WritePlan* const> plans) : plans_(plans) {}

    void run(Connection& connection) override {
        committing_ = false;
        if (plans_.front()->removing())
            return remove(connection);
        alone_ = needs_numbers(*plans_.front()) && plans_.size() > 1 && !has_steady_numbers(connection);
        if (alone_)
            return;
        if (plans_.front()->writes_beside())
            return add_with_others(connection);
        committing_ = true;
        if (plans_.front()->adding())
            insert_records(connection, plans_);
        else
            // A record may be named twice, or have been deleted in the meantime.
            alone_ = names_one_twice() || update_records(connection, plans_) != plans_.size();
    }

    bool committing() const override { return committing_; }

    std::optional<Problem> explain(int error) const override {
        if (is_lost(error))
            return std::nullopt;
        alone_ = true;
        return problem_of_status(500);
    }

    // Returns whether each write must be carried out by itself, because nothing was stored, or not all of it.
    bool alone() const { return alone_; }

  private:
    void add_with_others(Connection& connection) {
        connection.begin();
        insert_records(connection, plans_);
        write_beside(connection, plans_);
        committing_ = true;
        connection.commit();
    }

    // Deletes all records, or none: if each call is then carried out by itself, it must still find its
    // record.
    void remove(Connection& connection) {
        alone_ = names_one_twice();
        if (alone_)
            return;
        connection.begin();
        alone_ = delete_records(connection, plans_) != plans_.size();
        if (alone_)
            return connection.rollback();
        committing_ = true;
        connection.commit();
    }

    bool names_one_twice() const {
        std::set<std::uint64_t> ids;
        for (const WritePlan* plan : plans_)
            ids.insert(plan->record_id);
        return ids.size() != plans_.size();
    }

    std::span<WritePlan* const> plans_;
    bool committing_ = false;
    mutable bool alone_ = false;
};

class GroupWriter {
  public:
    GroupWriter(const Attempt& attempt, std::span<const Write* const> writes,
                std::vector<WriteResult>& results)
        : attempt_(attempt), writes_(writes), results_(results) {}

    void run() {
        std::map<std::string, std::vector<std::size_t>> shapes;
        std::vector<WritePlan> plans;
        plans.reserve(writes_.size());
        for (std::size_t i = 0; i < writes_.size(); ++i) {
            plans.emplace_back(*writes_[i]);
            index_[&plans[i]] = i;
            shapes[plans[i].shape()].push_back(i);
        }
        for (const auto& [key, members] : shapes) {
            std::vector<WritePlan*> same;
            for (const std::size_t i : members)
                same.push_back(&plans[i]);
            in_groups(std::span<WritePlan* const>(same), [this](auto group) { resolve(group); });
        }
    }

  private:
    void resolve(std::span<WritePlan* const> group) {
        if (group.size() == 1)
            return write_alone(group);
        const WritePlan& plan = *group.front();
        if (!plan.needs_question()) {
            if (!stored(group))
                ask(group);
        } else if (plan.updating() && plan.names_no_rows() && plan.write().id) {
            update_by_number(group);
        } else if (plan.updating() && plan.names_no_rows()) {
            find(group);
        } else {
            ask(group);
        }
    }

    // The statement itself tells whether all records exist. It does not tell their names.
    void update_by_number(std::span<WritePlan* const> group) {
        for (WritePlan* plan : group)
            plan->record_id = *plan->write().id;
        if (!group.front()->resource().key.answered || !stored(group))
            ask(group);
    }

    void find(std::span<WritePlan* const> group) {
        FindRecords records(group);
        const Outcome outcome = attempt_(records);
        if (!outcome.problems.empty())
            return fail(group, outcome);
        if (records.complete())
            store_all(group);
        else
            ask(group);
    }

    void ask(std::span<WritePlan* const> group) {
        if (group.size() == 1)
            return write_alone(group);
        AskQuestions questions(group);
        const Outcome outcome = attempt_(questions);
        if (!outcome.problems.empty())
            return fail(group, outcome);
        std::vector<WritePlan*> good;
        for (WritePlan* plan : group) {
            if (!plan->problems.empty() || plan->is_repeat())
                results_[index_.at(plan)] = plan->result();
            else if (plan->updates_first())
                write_alone(std::span(&plan, 1));
            else
                good.push_back(plan);
        }
        store_all(good);
    }

    void store_all(std::span<WritePlan* const> plans) {
        in_groups(plans, [this](auto part) {
            if (!stored(part))
                write_alone(part);
        });
    }

    // Stores the writes with one statement. Returns false if each must be carried out by itself.
    bool stored(std::span<WritePlan* const> group) {
        if (group.size() == 1)
            return false;
        StoreRecords storage(group);
        const Outcome outcome = attempt_(storage);
        if (storage.alone())
            return false;
        for (WritePlan* plan : group) {
            results_[index_.at(plan)] = plan->result();
            static_cast<Outcome&>(results_[index_.at(plan)]) = outcome;
        }
        return true;
    }

    void write_alone(std::span<WritePlan* const> group) {
        for (const WritePlan* plan : group)
            results_[index_.at(plan)] = db::write(attempt_, plan->write());
    }

    // If the server refused a shared question, which may be too large, or fail for what one record holds,
    // asks it for each write by itself.
    void fail(std::span<WritePlan* const> group, const Outcome& outcome) {
        if (has_problem(outcome, code::internal_error))
            return write_alone(group);
        for (const WritePlan* plan : group)
            static_cast<Outcome&>(results_[index_.at(plan)]) = outcome;
    }

    const Attempt& attempt_;
    std::span<const Write* const> writes_;
    std::vector<WriteResult>& results_;
    std::map<const WritePlan*, std::size_t> index_;
};

}  // namespace

WriteResult write(const Attempt& attempt, const Write& write) {
    for (int tries = 1;; ++tries) {
        Writer writer(write);
        const Outcome outcome = attempt(writer);
        WriteResult result = writer.result();
        if (!outcome.problems.empty())
            static_cast<Outcome&>(result) = outcome;
        // What an upsert did not find, or what is sent again, may have been added by another client in the
        // meantime. The upsert then changes it, and the repeat gets its answer.
        const bool may_exist = write.when_missing || write.action->resource.unique_repeats;
        if (!may_exist || !has_problem(result, code::already_exists) || tries == most_conflicts)
            return result;
    }
}

std::vector<WriteResult> write_grouped(const Attempt& attempt, std::span<const Write* const> writes) {
    std::vector<WriteResult> results(writes.size());
    if (!writes.empty())
        GroupWriter(attempt, writes, results).run();
    // The upserts that found no record.
    std::vector<std::size_t> places;
    std::vector<const Write*> adds;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (writes[i]->when_missing && has_problem(results[i], code::not_found)) {
            places.push_back(i);
            adds.push_back(writes[i]->when_missing.get());
        }
    }
    if (adds.empty())
        return results;
    std::vector<WriteResult> added = write_grouped(attempt, adds);
    for (std::size_t i = 0; i < adds.size(); ++i)
        results[places[i]] = has_problem(added[i], code::already_exists)
                                 ? db::write(attempt, *writes[places[i]])
                                 : std::move(added[i]);
    return results;
}

}  // namespace helpdesk::db
