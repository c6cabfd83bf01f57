// Support contracts, each of which a customer has from a day on.
#include "resources/shared.h"

namespace helpdesk {
namespace {

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = Kind::identifier, .column = "name",
             .about = "The contract's unique name."},
    Variable{.name = "description", .column = "description",
             .about = "What the contract covers, in a few words."},
    Variable{.name = "active", .kind = Kind::choice, .column = "active", .choices = yes_or_no,
             .about = "Whether the contract is still offered."},
};
// clang-format on

}  // namespace

const Resource& support_contracts() {
    static const Resource resource = with_outputs({.singular = "support_contract",
                                                   .plural = "support_contracts",
                                                   .noun = "support contract",
                                                   .table = "support_contracts",
                                                   .variables = variables,
                                                   .selectors = selectors_by_name,
                                                   .renamed_by = "new_name"});
    return resource;
}

}  // namespace helpdesk
