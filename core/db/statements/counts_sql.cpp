#include "db/statements/counts_sql.h"

#include "db/statements/record_sql.h"
#include "db/statements/selection_sql.h"
#include "model/counting.h"

namespace helpdesk::db {
namespace {

// Returns the expression for what a record has in common with others: the number of another record, or the
// first day of a time.
std::string shared_value(const Resource& resource, const CountBy& by) {
    if (by.unit == CountBy::Unit::none)
        return "record." + quoted(resource.find(by.variable)->column);
    const std::string begun = "record." + quoted(resource.counting->begun);
    if (by.unit == CountBy::Unit::day)
        return "DATE(" + begun + ")";
    return "DATE(" + begun + ") - INTERVAL " +
           (by.unit == CountBy::Unit::week ? "WEEKDAY(" + begun + ")" : "DAYOFMONTH(" + begun + ") - 1") +
           " DAY";
}

std::string minutes_until(const std::string& time) {
    return "GREATEST(0, TIMESTAMPDIFF(MINUTE, begun, " + time + "))";
}

std::string first_answer(const FirstAnswer& answer) {
    return "(SELECT MIN(answer." + quoted(answer.time) + ") FROM " + quoted(answer.table) +
           " AS answer WHERE answer." + quoted(answer.owner) + " = chosen.id AND answer." +
           quoted(answer.by) + " IS NOT NULL AND answer." + quoted(answer.visible) + " = 'Y')";
}

// Returns the columns with the place of each value of `minutes` among those of its group, and how many there
// are.
std::string numbered(const std::string& minutes) {
    return ", " + minutes + ", ROW_NUMBER() OVER (PARTITION BY shared ORDER BY " + minutes + " IS NULL, " +
           minutes + ") AS " + minutes + "_place, COUNT(" + minutes + ") OVER (PARTITION BY shared) AS " +
           minutes + "_count";
}

std::string picked(const std::string& minutes) {
    const std::string place = minutes + "_place";
    const std::string count = minutes + "_count";
    return ", AVG(CASE WHEN " + place + " IN ((" + count + " + 1) DIV 2, (" + count + " + 2) DIV 2) THEN " +
           minutes + " END) AS " + minutes + "_median, MAX(CASE WHEN " + place + " = (" + count +
           " * 9 + 9) DIV 10 THEN " + minutes + " END) AS " + minutes + "_most";
}

}  // namespace

Statement counts_sql(const Selection& selection, const std::optional<LeadingWord>& leading,
                     std::span<const std::string> field_texts) {
    const Resource& resource = selection.action->resource;
    const CountBy& by = *selection.count_by;
    const Counting& counting = *resource.counting;
    const Deadline& deadline = *resource.deadline;
    Statement statement{.sql = "WITH chosen AS (SELECT record.id, " + shared_value(resource, by) +
                               " AS shared, record." + quoted(counting.begun) + " AS begun, record." +
                               quoted(deadline.end) + " AS ended, record." + quoted(deadline.state) +
                               " AS state_id",
                        .parameters = {}};
    add_selection(statement, selection, "", {}, leading, field_texts);
    statement.sql +=
        "), timed AS (SELECT chosen.shared, state." + quoted(deadline.closed) + " = 'Y' AS closed, " +
        minutes_until("ended") + " AS closing, " + minutes_until(first_answer(counting.answer)) +
        " AS answering FROM chosen LEFT JOIN " + quoted(deadline.of_state->to().table) +
        " AS state ON state.id = chosen.state_id)" + ", placed AS (SELECT shared, closed" +
        numbered("closing") + numbered("answering") +
        " FROM timed), counted AS (SELECT shared, COUNT(*) AS total, COALESCE(SUM(closed), 0) AS done" +
        picked("closing") + picked("answering") + " FROM placed GROUP BY shared) SELECT ";
    const Variable* variable = resource.find(by.variable);
    const std::string value = variable == nullptr ? "DATE_FORMAT(shared, '%Y-%m-%d')"
                                                  : "named." + quoted(name_column(*variable->reference));
    statement.sql +=
        value + ", total, done, closing_median, closing_most, answering_median, answering_most FROM counted";
    if (variable != nullptr)
        statement.sql += " LEFT JOIN " + quoted(variable->reference->to().table) +
                         " AS named ON named.id = counted.shared";
    statement.sql += " ORDER BY 1 LIMIT ?";
    statement.parameters.emplace_back(static_cast<std::uint64_t>(selection.limit + 1));
    return statement;
}

}  // namespace helpdesk::db
