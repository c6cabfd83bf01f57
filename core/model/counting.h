// How the records of a list are counted instead of given: together with others that have a value in common.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace helpdesk {

struct Resource;

// Says what records have in common that are counted together.
struct CountBy {
    enum class Unit { none, day, week, month };

    std::string_view name;           // as a client says it
    std::string_view variable = {};  // the reference that leads all of them to one record
    Unit unit = Unit::none;          // otherwise the time in which they began
};

// Where the first answer to a record is found: among the rows that have its number in `owner`.
struct FirstAnswer {
    std::string_view table;
    std::string_view owner;
    std::string_view time;
    std::string_view by;       // a column that has a value in answers
    std::string_view visible;  // a column that is Y in answers
};

// The counts of a resource with a deadline, which says when the work on a record ends.
struct Counting {
    std::string_view root;
    std::string_view element;
    std::span<const CountBy> by;
    std::string_view begun;  // the column of the time when the work begins
    FirstAnswer answer;
};

// The outputs of records that are counted together, in this order. Minutes are empty if there are none.
inline constexpr std::array<std::string_view, 7> count_outputs = {"value",
                                                                  "count",
                                                                  "closed",
                                                                  "close_median",
                                                                  "close_percentile_90",
                                                                  "answer_median",
                                                                  "answer_percentile_90"};

// Returns null if the resource counts by nothing of this name.
const CountBy* find_count_by(const Resource& resource, std::string_view name);
// Returns the names by which the resource counts, as a sentence lists them.
std::string names_of_counts(const Resource& resource, std::string_view quote);

}  // namespace helpdesk
