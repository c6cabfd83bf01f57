// Customer groups, by which a help desk decides who of its technicians sees a customer's tickets.
#include "resources/shared.h"

namespace helpdesk {
namespace {

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = Kind::identifier, .column = "name",
             .about = "The group's unique name, by which customers refer to it."},
};
// clang-format on

}  // namespace

const Resource& customer_groups() {
    static const Resource resource = with_outputs({.singular = "customer_group",
                                                   .plural = "customer_groups",
                                                   .noun = "customer group",
                                                   .table = "customer_groups",
                                                   .variables = variables,
                                                   .selectors = selectors_by_name,
                                                   .renamed_by = "new_name"});
    return resource;
}

}  // namespace helpdesk
