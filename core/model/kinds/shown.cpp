// The kinds that only answers show: the database finds the value when it reads a record.
#include "model/kinds.h"
#include "model/resource.h"
#include "model/validate.h"

namespace helpdesk {
namespace {

void show_count(const Resource&, const Variable& variable, std::vector<Output>& outputs) {
    outputs.push_back({.name = std::string(variable.name),
                       .source = Output::Source::count,
                       .variable = &variable,
                       .list = variable.list});
}

void show_has_items(const Resource&, const Variable& variable, std::vector<Output>& outputs) {
    outputs.push_back({.name = std::string(variable.name),
                       .source = Output::Source::has_items,
                       .variable = &variable,
                       .list = variable.list});
}

void show_overdue(const Resource& resource, const Variable& variable, std::vector<Output>& outputs) {
    if (resource.deadline != nullptr)
        outputs.push_back({.name = std::string(variable.name),
                           .source = Output::Source::overdue,
                           .variable = &variable,
                           .deadline = resource.deadline});
}

void expect_deadline(const Resource& resource, const Variable& variable, Complaints& complaints) {
    complaints.expect(resource.deadline != nullptr, variable.name, "is overdue, but there is no deadline");
}

}  // namespace

const Kind kinds::count = {
    .name = "count",
    .has_column = false,
    .items = Items::counted,
    .show = show_count,
    .describe = [](const Variable&) -> Description { return {.values = "a whole number"}; }};

const Kind kinds::has_items = {
    .name = "has_items",
    .has_column = false,
    .items = Items::counted,
    .show = show_has_items,
    .describe = [](const Variable&) -> Description { return {.values = "`Y` or `N`"}; }};

const Kind kinds::overdue = {
    .name = "overdue",
    .has_column = false,
    .show = show_overdue,
    .describe = [](const Variable&) -> Description { return {.values = "`Y` or `N`"}; },
    .validate = expect_deadline};

}  // namespace helpdesk
