// Reads look-ups of several calls at once: those by one selector share a statement.
#include <map>
#include <unordered_map>

#include "db/group.h"
#include "db/statements/hidden.h"
#include "db/statements/record_sql.h"
#include "model/path.h"

namespace helpdesk::db {
namespace {

// Reads the records that several look-ups by one selector name.
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
        statement.sql += and_not_hidden(resource, "record");
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

    // Returns the records, each under its name as stored.
    const std::unordered_map<std::string, StoredRecord>& records() const { return records_; }

  private:
    std::span<const Selection* const> selections_;
    std::unordered_map<std::string, StoredRecord> records_;
};

class GroupReader {
  public:
    GroupReader(const Attempt& attempt, std::span<const Reading> readings, std::vector<ReadResult>& results)
        : attempt_(attempt), readings_(readings), results_(results) {}

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
        const Outcome outcome = attempt_(lookup);
        // The statement may be too large, or one record unreadable: then each look-up is read by itself.
        if (has_problem(outcome, code::internal_error)) {
            for (const std::size_t i : members)
                read_alone(i);
            return;
        }
        for (const std::size_t i : members)
            static_cast<Outcome&>(results_[i]) = outcome;
        if (!outcome.problems.empty())
            return;
        std::size_t named = 0;
        std::vector<std::size_t> unnamed;
        std::map<std::string_view, bool> seen;
        for (const std::size_t i : members) {
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
        // If some record has none of the names letter by letter, some call wrote its name in another case.
        const bool other_spellings = named < lookup.records().size();
        for (const std::size_t i : unnamed) {
            if (other_spellings)
                read_alone(i);
            else
                give(readings_[i], nullptr);
        }
    }

    // Gives the whole list: one record, or none.
    static void give(const Reading& reading, const StoredRecord* record) {
        if (record != nullptr)
            reading.sink.record(*record);
        reading.position.found = true;
    }

    void read_alone(std::size_t i) { results_[i] = db::read(attempt_, readings_[i]); }

    const Attempt& attempt_;
    std::span<const Reading> readings_;
    std::vector<ReadResult>& results_;
};

}  // namespace

std::vector<ReadResult> read_grouped(const Attempt& attempt, std::span<const Reading> readings) {
    std::vector<ReadResult> results(readings.size());
    GroupReader(attempt, readings, results).run();
    return results;
}

}  // namespace helpdesk::db
