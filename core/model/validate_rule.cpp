#include <algorithm>

#include "model/rule.h"
#include "model/validate.h"

namespace helpdesk {
namespace {

// Returns whether a rule can read the variable's stored value, or the name of what a call refers to by it.
bool is_readable(const Resource& resource, std::string_view name) {
    const Variable* variable = resource.find(name);
    return variable != nullptr && !variable->secret &&
           (resource.find_output(name) != nullptr ||
            (variable->reference != nullptr && !is_stored(*variable)));
}

}  // namespace

void validate_rule(const Resource& resource, const Rule& rule, Complaints& complaints) {
    complaints.expect(rule.on_add || rule.on_bring || rule.on_update || rule.on_remove || rule.on_erase, "",
                      "has a rule that never applies");
    complaints.expect(
        rule.prepare != nullptr || rule.fill != nullptr || rule.check != nullptr || rule.also != nullptr, "",
        "has a rule that does nothing");
    complaints.expect(!rule.on_remove || (rule.prepare == nullptr && rule.fill == nullptr), "",
                      "has a rule that fills values of a record that is removed");
    for (const std::string_view name : rule.if_given)
        complaints.expect(resource.find(name) != nullptr, name, "is what a rule waits for, but no variable");
    for (const std::string_view name : rule.reads)
        complaints.expect(is_readable(resource, name), name, "is read by a rule, but no answer shows it");
    for (const std::string_view name : rule.sets)
        complaints.expect(resource.find(name) != nullptr, name, "is set by a rule, but no variable");
    for (const Referred& referred : rule.refers) {
        const Variable* variable = resource.find(referred.variable);
        complaints.expect(variable != nullptr && variable->reference != nullptr && !referred.column.empty(),
                          referred.variable, "is what a rule follows, but no reference");
    }
}

}  // namespace helpdesk
