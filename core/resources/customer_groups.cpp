// Customer groups, by which a help desk decides who of its technicians sees a customer's tickets.
#include "resources/shared.h"

namespace helpdesk {
namespace {

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name",
             .about = "The group's unique name, by which customers refer to it."},
};
// clang-format on

constexpr std::array customer_group_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};

}  // namespace

const Resource& customer_groups() {
    static const Resource resource = with_outputs({.names = {.one = "customer_group",
                                                             .many = "customer_groups",
                                                             .element = "customer_group",
                                                             .noun = "customer group"},
                                                   .table = "customer_groups",
                                                   .variables = variables,
                                                   .selectors = selectors_by_name,
                                                   .renamed_by = "new_name",
                                                   .verbs = customer_group_verbs});
    return resource;
}

}  // namespace helpdesk
