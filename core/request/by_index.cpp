#include "request/by_index.h"

#include <algorithm>

#include "model/path.h"
#include "model/resource.h"

namespace helpdesk {
namespace {

constexpr std::size_t few_records = 64;
constexpr std::string_view number = "id";

bool is_unique(const Resource& resource, std::string_view column) {
    const std::vector<Index> indexes = indexes_of(resource);
    return column == number || std::any_of(indexes.begin(), indexes.end(), [&](const Index& index) {
               return index.unique && index.columns.size() == 1 && index.columns.front() == column;
           });
}

bool names_few(const Resource& resource, const Condition& condition) {
    const Selector& selector = *condition.selector;
    const std::vector<Comparison> meaning = selector.finder->meaning(condition.values);
    if (meaning.size() != 1 || meaning.front().how != Compare::equal || !selector.through.empty() ||
        condition.values.size() > few_records)
        return false;
    if (selector.is_of_one_column())
        return is_unique(resource, selector.columns.front());
    return selector.columns.empty() && selector.lists.size() == 1 && selector.lists.front()->unique;
}

// Returns whether the condition can be asked of a record. Of any other condition, all records that meet it
// are found first.
bool is_asked_of_each(const Condition& condition) {
    return condition.selector->lists.empty() && !condition.selector->finder->finds_fields;
}

// Returns whether the condition leaves out what comes before or after a value of the column.
bool is_range_of(std::string_view column, const Condition& condition) {
    const Selector& selector = *condition.selector;
    if (!selector.is_of_one_column() || !selector.through.empty() || selector.columns.front() != column)
        return false;
    const std::vector<Comparison> meaning = selector.finder->meaning(condition.values);
    return std::all_of(meaning.begin(), meaning.end(), [](const Comparison& comparison) {
        switch (comparison.how) {
            case Compare::at_least:
            case Compare::above:
            case Compare::below:
            case Compare::at_most:
            case Compare::up_to_prefix:
                return true;
            default:
                return false;
        }
    });
}

// Returns the column in which all records that meet the condition have the same value: one of their own, or
// the reference to the one record that the condition names. Empty if there is none.
std::string_view column_of_one_value(const Resource& resource, const Condition& condition) {
    const Selector& selector = *condition.selector;
    const std::vector<Comparison> meaning = selector.finder->meaning(condition.values);
    if (!selector.is_of_one_column() || !selector.only_if.empty() || meaning.size() != 1 ||
        condition.values.size() != 1)
        return {};
    const Compare how = meaning.front().how;
    if (how != Compare::equal && how != Compare::id_or_name)
        return {};
    const std::vector<Hop> path = path_of(resource, selector);
    if (path.empty())
        return selector.columns.front();
    const bool names_one = path.size() == 1 && is_unique(*path.front().resource, selector.columns.front());
    return names_one ? path.front().column : std::string_view();
}

// Returns whether a condition names few records, each by a value that no two have, and the others are asked
// of each of them.
bool names_few(const Selection& selection) {
    const std::vector<Condition>& conditions = selection.conditions;
    return std::any_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
        return names_few(selection.action->resource, condition) &&
               std::all_of(conditions.begin(), conditions.end(), [&](const Condition& other) {
                   return &other == &condition || is_asked_of_each(other);
               });
    });
}

// Returns whether one index has the records of the selection in the order of the list. Then a page takes no
// more reading than its records do. The client must have asked for no order.
//
// A range beside a value is too much: the server may take the index of the range alone. If it must look at
// each record, to know whether it is hidden, it may even read the whole table for a range of any index but
// that of the numbers.
bool comes_in_order(const Selection& selection) {
    const Resource& resource = selection.action->resource;
    const std::string_view order = selection.own_order();
    std::vector<std::string_view> columns;
    for (const Condition& condition : selection.conditions)
        if (condition.selector->finder->selects() && !is_range_of(order, condition))
            columns.push_back(column_of_one_value(resource, condition));
    const bool has_range =
        std::any_of(selection.conditions.begin(), selection.conditions.end(),
                    [&](const Condition& condition) { return is_range_of(order, condition); });
    if (columns.size() > 1 || (has_range && !columns.empty()) ||
        (has_range && order != number && may_be_hidden(resource)))
        return false;
    if (order != number)
        columns.push_back(order);
    const std::vector<Index> indexes = indexes_of(resource);
    return columns.empty() || std::any_of(indexes.begin(), indexes.end(), [&](const Index& index) {
               return std::equal(columns.begin(), columns.end(), index.columns.begin(), index.columns.end());
           });
}

}  // namespace

// A walk reads with locks, and waits for those who write.
bool reads_few(const Selection& selection) {
    if (selection.walk() != nullptr)
        return false;
    return names_few(selection) ||
           (selection.order == nullptr && !selection.counts_all() && selection.offset == 0 &&
            selection.limit <= few_records && comes_in_order(selection));
}

}  // namespace helpdesk
