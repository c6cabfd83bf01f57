// Counts the records of a selection by what they have in common, with one statement.
#include "db/field_conditions.h"
#include "db/group.h"
#include "db/session/errors.h"
#include "db/statements/counts_sql.h"
#include "db/statements/record_sql.h"
#include "decimal.h"
#include "model/counting.h"

namespace helpdesk {
namespace db {
namespace {

class Counter : public Operation {
  public:
    explicit Counter(const Selection& selection) : selection_(selection) {}

    void run(Connection& connection) override {
        result_ = {};
        largest_packet_ = connection.largest_packet();
        const auto field_texts = ask_for_fields(connection, selection_, result_.problems);
        if (!result_.problems.empty())
            return;
        const Statement statement = counts_sql(selection_, leading_word_of(connection), field_texts);
        const auto row = connection.query(statement.sql, statement.parameters);
        while (row->next()) {
            result_.more = result_.records.size() == selection_.limit;
            if (result_.more)
                break;
            result_.records.push_back(read(*row));
        }
    }

    std::optional<Problem> explain(int error) const override {
        return error == packet_too_large ? std::optional(too_large(selection_, largest_packet_))
                                         : std::nullopt;
    }

    const CountsResult& result() const { return result_; }

  private:
    std::optional<LeadingWord> leading_word_of(Connection& connection) const {
        const auto statement = count_rows(selection_);
        if (!statement)
            return std::nullopt;
        const auto row = connection.query(statement->sql, statement->parameters);
        row->next();
        return leading_word(selection_, *row);
    }

    static std::vector<std::string> read(const Rows& row) {
        std::vector<std::string> values;
        for (unsigned column = 1; column <= count_outputs.size(); ++column)
            values.push_back(row.is_null(column) ? "" : text_of(row, column, "count_by"));
        for (const std::size_t median : {std::size_t{3}, std::size_t{5}})
            values[median] = without_zeros(std::move(values[median]), 0);
        return values;
    }

    const Selection& selection_;
    std::uint64_t largest_packet_ = 0;
    CountsResult result_;
};

}  // namespace

CountsResult read_counts(const Attempt& attempt, const Selection& selection) {
    Counter counter(selection);
    const Outcome outcome = attempt(counter);
    CountsResult result = counter.result();
    if (!outcome.problems.empty())
        static_cast<Outcome&>(result) = outcome;
    return result;
}

}  // namespace db

CountsResult read_counts(const DatabaseSettings& database, const Selection& selection) {
    return db::read_counts(db::attempts_on(database), selection);
}

}  // namespace helpdesk
