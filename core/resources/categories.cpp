// Categories, one of which a customer picks on the ticket form.
#include "resources/shared.h"

namespace helpdesk {
namespace {

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name",
             .about = "The category's unique name, as customers see it on the ticket form."},
};
// clang-format on

constexpr std::array category_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};

}  // namespace

const Resource& categories() {
    static const Resource resource = with_outputs(
        {.names = {.one = "category", .many = "categories", .element = "category", .noun = "category"},
         .table = "categories",
         .variables = variables,
         .selectors = selectors_by_name,
         .renamed_by = "new_name",
         .verbs = category_verbs});
    return resource;
}

}  // namespace helpdesk
