// Companies, to which customers belong.
#include "resources/shared.h"

namespace helpdesk {
namespace {

constexpr Reference portal = {.to = &portals, .by = Reference::By::id};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name",
             .about = "The company's unique name, by which customers refer to it."},
    Variable{.name = "address", .column = "address", .required = true, .may_be_cleared = true,
             .about = "The street address of the company."},
    Variable{.name = "city", .column = "city",
             .about = "The city where the company is located."},
    Variable{.name = "state", .column = "state",
             .about = "The state, territory or region where the company is located."},
    Variable{.name = "zip", .column = "zip",
             .about = "The ZIP or postal code of the company's address."},
    Variable{.name = "country", .column = "country",
             .about = "The country where the company is located."},
    Variable{.name = "phone", .column = "phone",
             .about = "The main phone number of the company."},
    Variable{.name = "email", .kind = &kinds::email, .column = "email",
             .about = "The main e-mail address of the company."},
    Variable{.name = "portal", .kind = &kinds::reference, .column = "portal_id", .reference = &portal,
             .about = "The customer portal of the company."},
};
// clang-format on

constexpr std::array company_verbs = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};

}  // namespace

const Resource& companies() {
    static const Resource resource = with_outputs(
        {.names = {.one = "company", .many = "companies", .element = "company", .noun = "company"},
         .table = "companies",
         .variables = variables,
         .selectors = selectors_by_name,
         .renamed_by = "new_name",
         .timestamps = true,
         .needs_selector = true,
         .verbs = company_verbs});
    return resource;
}

}  // namespace helpdesk
