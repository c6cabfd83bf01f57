// Whether the tables of the model are consistent. A table that contradicts itself is a programming error: a
// test refuses it, and a debug build of the module does not start with it.
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

// Whether two variables name each other as companions, and the other is of a kind.
bool are_companions(const Resource& resource, const Variable& variable, const Kind& kind);

// Whether it has a reference that says of no resource what it refers to. Nothing else can be said of it then.
bool refers_to_nothing(const Variable& variable);

// The rules of a single row, apart from those of its neighbours.
void validate_variable(const Resource& resource, const Variable& variable, Complaints& complaints);
void validate_reference(const Resource& resource, const Variable& variable, Complaints& complaints);
void validate_selector(const Resource& resource, const Selector& selector, Complaints& complaints);
void validate_rule(const Resource& resource, const Rule& rule, Complaints& complaints);

// Returns what contradicts itself in a resource: "customers.support has no choices". Empty: nothing does.
std::vector<std::string> validate(const Resource& resource);

// Returns the same for all of them, and what contradicts itself between them.
std::vector<std::string> validate(std::span<const Resource* const> resources);

}  // namespace helpdesk
