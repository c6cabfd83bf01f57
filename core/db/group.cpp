// Writes and look-ups of several calls at once: those of one shape share their statements and their commit.
//
// A call that shares fails alone: whatever the shared statement meets, the calls in it are carried out again,
// each by itself. Only a lost connection leaves all of a statement's calls in the same doubt.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "call/sign_in_changes.h"
#include "db/beside.h"
#include "db/session/errors.h"
#include "db/statements/record_sql.h"
#include "db/statements/repeats.h"
#include "db/writer.h"
#include "model/path.h"

namespace helpdesk {
namespace {

bool is(const Outcome& outcome, std::string_view code) {
    return std::any_of(outcome.problems.begin(), outcome.problems.end(),
                       [&](const Problem& problem) { return problem.code == code; });
}

}  // namespace

namespace db {
namespace {

// A power of two at once, so that few prepared statements serve all numbers.
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

// What all plans ask of the database, in one statement.
class Questions : public Operation {
  public:
    explicit Questions(std::span<WritePlan* const> plans) : plans_(plans) {}

    void run(Connection& connection) override {
        Statement all;
        for (unsigned i = 0; i < plans_.size(); ++i) {
            Statement one = plans_[i]->question(i);
            all.sql += (i == 0 ? "" : " UNION ALL ") + one.sql;
            std::move(one.parameters.begin(), one.parameters.end(), std::back_inserter(all.parameters));
            plans_[i]->problems.clear();
        }
        const auto row = connection.query(all.sql, all.parameters);
        while (row->next())
            plans_[row->number(WritePlan::question_number)]->take_answer(*row);
    }

  private:
    std::span<WritePlan* const> plans_;
};

// The records that updates name, in one statement.
class Records : public Operation {
  public:
    explicit Records(std::span<WritePlan* const> plans) : plans_(plans) {}

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

    // Whether each is there under the very same letters.
    bool complete() const { return complete_; }

  private:
    std::span<WritePlan* const> plans_;
    bool complete_ = false;
};

// Stores all plans with one statement, which commits by itself unless it deletes, or rules write other
// records with it.
class Storage : public Operation {
  public:
    explicit Storage(std::span<WritePlan* const> plans) : plans_(plans) {}

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
            // A record may have been deleted in the meantime.
            alone_ = names_one_twice() || update_records(connection, plans_) != plans_.size();
    }

    bool committing() const override { return committing_; }

    std::optional<Problem> explain(int error) const override {
        if (is_lost(error))
            return std::nullopt;
        alone_ = true;
        return problem_of_status(500);
    }

    // Nothing was stored, or not for all: each call by itself.
    bool alone() const { return alone_; }

  private:
    void add_with_others(Connection& connection) {
        connection.begin();
        insert_records(connection, plans_);
        write_beside(connection, plans_);
        committing_ = true;
        connection.commit();
    }

    // What was deleted must not be missed by the call that comes after: all records, or none.
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

// What makes two writes share statements: what they name, and how.
std::string shape(const WritePlan& plan) {
    std::string shape = plan.write().action->name + (plan.write().id ? " id" : "") + plan.rules().shape();
    for (const Target& target : plan.targets()) {
        shape.append(" ").append(target.value->variable->name);
        for (const auto& name : target.names)
            shape += !name || name->empty() ? " first" : parse_id(*name) ? " id" : " name";
    }
    return shape;
}

class GroupWriter {
  public:
    GroupWriter(const DatabaseSettings& database, std::span<const Write* const> writes,
                std::vector<WriteResult>& results)
        : database_(database), writes_(writes), results_(results) {}

    void run() {
        std::map<std::string, std::vector<std::size_t>> shapes;
        std::vector<WritePlan> plans;
        plans.reserve(writes_.size());
        for (std::size_t i = 0; i < writes_.size(); ++i) {
            plans.emplace_back(*writes_[i]);
            index_[&plans[i]] = i;
            shapes[shape(plans[i])].push_back(i);
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

    // The statement itself tells whether all records are there. It does not tell their names.
    void update_by_number(std::span<WritePlan* const> group) {
        for (WritePlan* plan : group)
            plan->record_id = *plan->write().id;
        if (!group.front()->resource().key.answered || !stored(group))
            ask(group);
    }

    void find(std::span<WritePlan* const> group) {
        Records records(group);
        const Outcome outcome = attempt(database_, records);
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
        Questions questions(group);
        const Outcome outcome = attempt(database_, questions);
        if (!outcome.problems.empty())
            return fail(group, outcome);
        std::vector<WritePlan*> good;
        for (WritePlan* plan : group) {
            if (plan->problems.empty())
                good.push_back(plan);
            else
                results_[index_.at(plan)] = plan->result();
        }
        store_all(good);
    }

    void store_all(std::span<WritePlan* const> plans) {
        in_groups(plans, [this](auto part) {
            if (!stored(part))
                write_alone(part);
        });
    }

    // False when none of them was.
    bool stored(std::span<WritePlan* const> group) {
        if (group.size() == 1)
            return false;
        Storage storage(group);
        const Outcome outcome = attempt(database_, storage);
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
            results_[index_.at(plan)] = helpdesk::write(database_, plan->write());
    }

    // A question that is refused, as too large or for what one record holds, is asked for each write by
    // itself.
    void fail(std::span<WritePlan* const> group, const Outcome& outcome) {
        if (is(outcome, code::internal_error))
            return write_alone(group);
        for (const WritePlan* plan : group)
            static_cast<Outcome&>(results_[index_.at(plan)]) = outcome;
    }

    const DatabaseSettings& database_;
    std::span<const Write* const> writes_;
    std::vector<WriteResult>& results_;
    std::map<const WritePlan*, std::size_t> index_;
};

// The records that several look-ups of one selector name.
class Lookup : public Operation {
  public:
    explicit Lookup(std::span<const Selection* const> selections) : selections_(selections) {}

    void run(Connection& connection) override {
        const Resource& resource = selections_.front()->action->resource;
        const Selector& selector = *condition(*selections_.front()).selector;
        std::vector<std::string> values;
        for (const Selection* selection : selections_)
            values.push_back(condition(*selection).values.front());
        Statement statement{.sql = "SELECT " + record_sql(resource).in_group + " FROM " +
                                   quoted(resource.table) + " AS record" + record_sql(resource).joins +
                                   " WHERE ",
                            .parameters = {}};
        const std::string_view column = selector.columns.front();
        add_in(statement, "record." + quoted(column), values);
        const auto row = connection.query(statement.sql, statement.parameters);
        const auto key = static_cast<std::size_t>(output_of(resource, column) - resource.outputs.data());
        records_.clear();
        while (row->next()) {
            StoredRecord record = record_sql(resource).read(*row, longest_in_group);
            std::string name = record.values[key];
            records_.emplace(std::move(name), std::move(record));
        }
    }

    static const Condition& condition(const Selection& selection) { return selection.conditions.front(); }

    // The records by the value that names them, as stored.
    const std::unordered_map<std::string, StoredRecord>& records() const { return records_; }

  private:
    std::span<const Selection* const> selections_;
    std::unordered_map<std::string, StoredRecord> records_;
};

class GroupReader {
  public:
    GroupReader(const DatabaseSettings& database, std::span<const Reading> readings,
                std::vector<ReadResult>& results)
        : database_(database), readings_(readings), results_(results) {}

    void run() {
        std::map<const Selector*, std::vector<std::size_t>> shapes;
        for (std::size_t i = 0; i < readings_.size(); ++i)
            shapes[Lookup::condition(readings_[i].selection).selector].push_back(i);
        for (const auto& [selector, members] : shapes)
            for (std::size_t done = 0; done < members.size(); done += most_grouped)
                look_up(std::span(members).subspan(done, std::min(most_grouped, members.size() - done)));
    }

  private:
    void look_up(std::span<const std::size_t> members) {
        if (members.size() == 1)
            return read_alone(members.front());
        std::vector<const Selection*> selections;
        for (const std::size_t i : members)
            selections.push_back(&readings_[i].selection);
        Lookup lookup(selections);
        const Outcome outcome = attempt(database_, lookup);
        // The statement may be too large, or one record unreadable: each by itself.
        if (is(outcome, code::internal_error)) {
            for (const std::size_t i : members)
                read_alone(i);
            return;
        }
        std::size_t named = 0;
        std::vector<std::size_t> unnamed;
        std::map<std::string_view, bool> seen;
        for (const std::size_t i : members) {
            static_cast<Outcome&>(results_[i]) = outcome;
            const std::string& value = Lookup::condition(readings_[i].selection).values.front();
            const auto found = lookup.records().find(value);
            if (found == lookup.records().end()) {
                unnamed.push_back(i);
                continue;
            }
            named += seen.emplace(value, true).second ? 1 : 0;
            if (found->second.left_out.empty())
                give(readings_[i], &found->second);
            else
                read_alone(i);
        }
        // Records that nobody named letter by letter belong to those who wrote them in another case.
        const bool other_spellings = named < lookup.records().size();
        for (const std::size_t i : unnamed) {
            if (other_spellings)
                read_alone(i);
            else
                give(readings_[i], nullptr);
        }
    }

    // The whole list: one record, or none.
    static void give(const Reading& reading, const StoredRecord* record) {
        if (record != nullptr)
            reading.sink.record(*record);
        reading.position.found = true;
    }

    void read_alone(std::size_t i) { results_[i] = helpdesk::read(database_, readings_[i]); }

    const DatabaseSettings& database_;
    std::span<const Reading> readings_;
    std::vector<ReadResult>& results_;
};

}  // namespace
}  // namespace db

WriteResult write(const DatabaseSettings& database, const Write& write) {
    for (int tries = 1;; ++tries) {
        db::Writer writer(write);
        const Outcome outcome = db::attempt(database, writer);
        WriteResult result = writer.result();
        if (!outcome.problems.empty())
            static_cast<Outcome&>(result) = outcome;
        // What an upsert found missing may have been added by another meanwhile: then it is there to be
        // changed.
        if (!write.when_missing || !is(result, code::already_exists) || tries == db::most_conflicts) {
            note_change(write, result);
            if (result.problems.empty())
                db::forget_old_answers(database);
            return result;
        }
    }
}

std::vector<WriteResult> write_grouped(const DatabaseSettings& database,
                                       std::span<const Write* const> writes) {
    std::vector<WriteResult> results(writes.size());
    if (!writes.empty())
        db::GroupWriter(database, writes, results).run();
    for (std::size_t i = 0; i < writes.size(); ++i)
        note_change(*writes[i], results[i]);
    if (std::any_of(results.begin(), results.end(), [](const auto& one) { return one.problems.empty(); }))
        db::forget_old_answers(database);
    // The upserts that found nothing.
    std::vector<std::size_t> places;
    std::vector<const Write*> adds;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (writes[i]->when_missing && is(results[i], code::not_found)) {
            places.push_back(i);
            adds.push_back(writes[i]->when_missing.get());
        }
    }
    if (adds.empty())
        return results;
    std::vector<WriteResult> added = write_grouped(database, adds);
    for (std::size_t i = 0; i < adds.size(); ++i)
        results[places[i]] =
            is(added[i], code::already_exists) ? write(database, *writes[places[i]]) : std::move(added[i]);
    return results;
}

bool can_share(const Write& write) {
    const Verb& verb = write.action->verb;
    if (!verb.removes && !verb.stores)
        return false;
    const db::WritePlan plan(write);
    // An update of nothing stores nothing. What an upsert adds may not share what it updates might.
    return (verb.removes || verb.adds || !plan.targets().empty()) && plan.can_share() &&
           (!write.when_missing || db::WritePlan(*write.when_missing).can_share());
}

bool adds_rows(const Write& write) {
    return db::WritePlan(write).adds_rows();
}

std::vector<ReadResult> read_grouped(const DatabaseSettings& database, std::span<const Reading> readings) {
    std::vector<ReadResult> results(readings.size());
    db::GroupReader(database, readings, results).run();
    return results;
}

}  // namespace helpdesk
