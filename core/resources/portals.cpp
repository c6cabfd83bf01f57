// Portals, where customers sign in.
#include "resources/shared.h"

namespace helpdesk {
namespace {

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name",
             .about = "The portal's unique name, by which customers refer to it."},
    Variable{.name = "url", .column = "url",
             .about = "The web address of the portal."},
};
// clang-format on

constexpr std::array portal_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};

}  // namespace

const Resource& portals() {
    static const Resource resource =
        with_outputs({.names = {.one = "portal", .many = "portals", .element = "portal", .noun = "portal"},
                      .table = "portals",
                      .variables = variables,
                      .selectors = selectors_by_name,
                      .renamed_by = "new_name",
                      .verbs = portal_verbs});
    return resource;
}

}  // namespace helpdesk
