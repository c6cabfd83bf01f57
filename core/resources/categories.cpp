// Categories, one of which a customer picks on the ticket form.
#include "resources/shared.h"

namespace helpdesk {
namespace {

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = Kind::identifier, .column = "name",
             .about = "The category's unique name, as customers see it on the ticket form."},
};
// clang-format on

}  // namespace

const Resource& categories() {
    static const Resource resource = with_outputs({.singular = "category",
                                                   .plural = "categories",
                                                   .noun = "category",
                                                   .table = "categories",
                                                   .variables = variables,
                                                   .selectors = selectors_by_name,
                                                   .renamed_by = "new_name"});
    return resource;
}

}  // namespace helpdesk
