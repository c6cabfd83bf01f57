// The customer's variables, in the order of the reference's page on add_customer and update_customer, and the
// selectors of get_customers.
#include <array>

#include "model/resource.h"

namespace helpdesk {
namespace {

constexpr std::array<std::string_view, 2> yes_or_no = {"Y", "N"};
constexpr std::array<std::string_view, 2> no_or_yes = {"N", "Y"};
constexpr std::array<std::string_view, 2> personal_or_company = {"PERSONAL", "COMPANY"};

constexpr Reference company = {.table = "companies", .noun = "company", .unknown = "unknown_company"};
constexpr Reference portal = {.table = "portals",
                              .noun = "portal",
                              .unknown = "unknown_portal",
                              .by = Reference::By::id_or_name,
                              .first_if_unknown = true};
constexpr Reference group = {.table = "customer_groups",
                             .noun = "customer group",
                             .unknown = "unknown_group",
                             .by = Reference::By::id_or_name};
constexpr Reference contract = {.table = "support_contracts",
                                .noun = "support contract",
                                .unknown = "unknown_contract",
                                .by = Reference::By::id};
constexpr Reference category = {.table = "categories", .noun = "category", .unknown = "unknown_category"};

constexpr ListTable contracts = {
    .table = "customer_contracts", .owner = "customer_id", .column = "contract_id", .reference = &contract};
constexpr ListTable categories = {
    .table = "customer_categories", .owner = "customer_id", .column = "category_id", .reference = &category};
constexpr ListTable emails = {.table = "customer_emails", .owner = "customer_id", .column = "email"};
constexpr ListTable phones = {.table = "customer_phones", .owner = "customer_id", .column = "phone"};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "cid", .kind = Kind::identifier, .column = "cid"},
    Variable{.name = "company", .kind = Kind::reference, .column = "company_id", .reference = &company, .companion = "new_company"},
    Variable{.name = "new_company", .kind = Kind::new_name, .companion = "company"},
    Variable{.name = "contact", .column = "contact"},
    Variable{.name = "pass", .kind = Kind::password, .column = "password_hash", .secret = true},
    Variable{.name = "portal", .kind = Kind::reference, .column = "portal_id", .reference = &portal},
    Variable{.name = "support", .kind = Kind::choice, .column = "support", .choices = yes_or_no},
    Variable{.name = "chat", .kind = Kind::choice, .column = "chat", .choices = yes_or_no},
    Variable{.name = "contracts", .kind = Kind::id_list, .list = &contracts},
    Variable{.name = "sc_start_dates", .kind = Kind::date_list, .column = "start_date", .companion = "contracts"},
    Variable{.name = "encrypt", .kind = Kind::choice, .column = "encrypt", .choices = no_or_yes},
    Variable{.name = "latitude", .kind = Kind::coordinate, .column = "latitude", .range = 90, .companion = "longitude", .place = "lat"},
    Variable{.name = "longitude", .kind = Kind::coordinate, .column = "longitude", .range = 180, .companion = "latitude", .place = "lon"},
    Variable{.name = "selectable_categories", .kind = Kind::name_list, .list = &categories},
    Variable{.name = "viewable_tickets", .kind = Kind::choice, .column = "viewable_tickets", .choices = personal_or_company},
    Variable{.name = "viewable_invoices", .kind = Kind::choice, .column = "viewable_invoices", .choices = personal_or_company},
    Variable{.name = "viewable_assets", .kind = Kind::choice, .column = "viewable_assets", .choices = personal_or_company},
    Variable{.name = "email", .kind = Kind::email, .column = "email"},
    Variable{.name = "email2", .kind = Kind::email_list, .list = &emails},
    Variable{.name = "address", .column = "address", .place = "street"},
    Variable{.name = "city", .column = "city", .place = "city"},
    Variable{.name = "state", .column = "state", .place = "state"},
    Variable{.name = "zip", .column = "zip", .place = "postalcode"},
    Variable{.name = "country", .column = "country", .place = "country"},
    Variable{.name = "phone", .column = "phone"},
    Variable{.name = "phone2", .kind = Kind::text_list, .list = &phones},
    Variable{.name = "group", .kind = Kind::reference, .column = "group_id", .reference = &group},
    Variable{.name = "notes", .limit = 0, .column = "notes"},
};

constexpr std::array selectors = {
    Selector{.name = "id", .kind = SelectorKind::id},
    Selector{.name = "cid", .kind = SelectorKind::name, .column = "cid", .all = true, .many = true},
    Selector{.name = "start_cid", .kind = SelectorKind::prefix_from, .column = "cid"},
    Selector{.name = "end_cid", .kind = SelectorKind::prefix_to, .column = "cid"},
    Selector{.name = "start_date", .kind = SelectorKind::date_from, .column = "date_added"},
    Selector{.name = "end_date", .kind = SelectorKind::date_to, .column = "date_added"},
    Selector{.name = "email", .kind = SelectorKind::any_of, .column = "email", .list = &emails},
    Selector{.name = "phone", .kind = SelectorKind::any_of, .column = "phone", .list = &phones},
    Selector{.name = "after_cid", .kind = SelectorKind::after, .column = "cid"},
    Selector{.name = "updated_since", .kind = SelectorKind::changed_since, .column = "last_updated"},
    Selector{.name = "after_id", .kind = SelectorKind::after_id},
    Selector{.name = "geocoded", .kind = SelectorKind::located, .column = "geocoded"},
};
// clang-format on

constexpr std::array<std::string_view, 2> sign_in_outputs = {"support", "portal"};
constexpr SignIn sign_in = {.allowed_by = "support", .outputs = sign_in_outputs};

}  // namespace

const Resource& customers() {
    static const Resource resource = with_outputs({.singular = "customer",
                                                   .plural = "customers",
                                                   .noun = "customer",
                                                   .table = "customers",
                                                   .variables = variables,
                                                   .selectors = selectors,
                                                   .known_by_id = false,
                                                   .timestamps = true,
                                                   .versioned = true,
                                                   .needs_selector = true,
                                                   .in_bulk = true,
                                                   .sign_in = &sign_in});
    return resource;
}

}  // namespace helpdesk
