// Checks that the tables of the model do not contradict themselves. If one does, that is a programming error:
// a test fails, and a debug build of the module does not start.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/resource.h"

namespace helpdesk {

// Collects complaints about one resource.
class Complaints {
  public:
    explicit Complaints(const Resource& resource) : resource_(resource) {}

    // Complains about a row of the table unless `holds`. `row` is a variable's, a selector's or an output's
    // name, or empty for the resource as a whole. `what` is a predicate: "has no choices".
    void expect(bool holds, std::string_view row, std::string_view what);

    const std::vector<std::string>& list() const { return list_; }

  private:
    const Resource& resource_;
    std::vector<std::string> list_;
};

// Returns whether the variable and its companion name each other, and the companion is of this kind.
bool are_companions(const Resource& resource, const Variable& variable, const Kind& kind);

// Returns whether the variable has a reference to no resource. Then nothing else can be checked about it.
bool refers_to_nothing(const Variable& variable);

// Check one row each, apart from how it fits the others.
void validate_variable(const Resource& resource, const Variable& variable, Complaints& complaints);
void validate_reference(const Resource& resource, const Variable& variable, Complaints& complaints);
void validate_selector(const Resource& resource, const Selector& selector, Complaints& complaints);
void validate_rule(const Resource& resource, const Rule& rule, Complaints& complaints);

// Returns the contradictions in a resource, such as "customers.support has no choices". Empty if there are
// none.
std::vector<std::string> validate(const Resource& resource);

// Returns the contradictions in all of the resources, and those between them.
std::vector<std::string> validate(std::span<const Resource* const> resources);

}  // namespace helpdesk
