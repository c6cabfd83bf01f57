// Support contracts, each of which a customer has from a day on.
#include "resources/shared.h"

namespace helpdesk {
namespace {

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name",
             .about = "The contract's unique name."},
    Variable{.name = "description", .column = "description",
             .about = "What the contract covers, in a few words."},
    Variable{.name = "active", .kind = &kinds::choice, .column = "active", .choices = &yes_or_no,
             .about = "Whether the contract is still offered."},
};
// clang-format on

constexpr std::array support_contract_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};

}  // namespace

const Resource& support_contracts() {
    static const Resource resource = with_outputs({.names = {.one = "support_contract",
                                                             .many = "support_contracts",
                                                             .element = "support_contract",
                                                             .noun = "support contract"},
                                                   .table = "support_contracts",
                                                   .variables = variables,
                                                   .selectors = selectors_by_name,
                                                   .renamed_by = "new_name",
                                                   .verbs = support_contract_verbs});
    return resource;
}

}  // namespace helpdesk
