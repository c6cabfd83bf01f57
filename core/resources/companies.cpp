// Companies, and the lists that customers refer to.
#include <array>

#include "model/resource.h"

namespace helpdesk {
namespace {

constexpr std::array<std::string_view, 2> yes_or_no = {"Y", "N"};
constexpr Reference portal = {
    .table = "portals", .noun = "portal", .unknown = "unknown_portal", .by = Reference::By::id};

// clang-format off
constexpr std::array selectors = {
    Selector{.name = "id", .kind = SelectorKind::id, .all = true},
    Selector{.name = "name", .kind = SelectorKind::name, .column = "name", .all = true},
    Selector{.name = "start_name", .kind = SelectorKind::prefix_from, .column = "name"},
    Selector{.name = "end_name", .kind = SelectorKind::prefix_to, .column = "name"},
};

constexpr std::array company_variables = {
    Variable{.name = "name", .kind = Kind::identifier, .column = "name"},
    Variable{.name = "address", .column = "address", .required = true},
    Variable{.name = "city", .column = "city"},
    Variable{.name = "state", .column = "state"},
    Variable{.name = "zip", .column = "zip"},
    Variable{.name = "country", .column = "country"},
    Variable{.name = "phone", .column = "phone"},
    Variable{.name = "email", .kind = Kind::email, .column = "email"},
    Variable{.name = "portal", .kind = Kind::reference, .column = "portal_id", .reference = &portal},
};

constexpr std::array portal_variables = {
    Variable{.name = "name", .kind = Kind::identifier, .column = "name"},
    Variable{.name = "url", .column = "url"},
};

// Customer groups and categories.
constexpr std::array name_only = {
    Variable{.name = "name", .kind = Kind::identifier, .column = "name"},
};

constexpr std::array contract_variables = {
    Variable{.name = "name", .kind = Kind::identifier, .column = "name"},
    Variable{.name = "description", .column = "description"},
    Variable{.name = "active", .kind = Kind::choice, .column = "active", .choices = yes_or_no},
};
// clang-format on

}  // namespace

const Resource& companies() {
    static const Resource resource = with_outputs({.singular = "company",
                                                   .plural = "companies",
                                                   .noun = "company",
                                                   .table = "companies",
                                                   .variables = company_variables,
                                                   .selectors = selectors,
                                                   .timestamps = true,
                                                   .needs_selector = true});
    return resource;
}

const Resource& portals() {
    static const Resource resource = with_outputs({.singular = "portal",
                                                   .plural = "portals",
                                                   .noun = "portal",
                                                   .table = "portals",
                                                   .variables = portal_variables,
                                                   .selectors = selectors});
    return resource;
}

const Resource& customer_groups() {
    static const Resource resource = with_outputs({.singular = "customer_group",
                                                   .plural = "customer_groups",
                                                   .noun = "customer group",
                                                   .table = "customer_groups",
                                                   .variables = name_only,
                                                   .selectors = selectors});
    return resource;
}

const Resource& categories() {
    static const Resource resource = with_outputs({.singular = "category",
                                                   .plural = "categories",
                                                   .noun = "category",
                                                   .table = "categories",
                                                   .variables = name_only,
                                                   .selectors = selectors});
    return resource;
}

const Resource& support_contracts() {
    static const Resource resource = with_outputs({.singular = "support_contract",
                                                   .plural = "support_contracts",
                                                   .noun = "support contract",
                                                   .table = "support_contracts",
                                                   .variables = contract_variables,
                                                   .selectors = selectors});
    return resource;
}

}  // namespace helpdesk
