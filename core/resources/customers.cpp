// Customers. The variables are in the order of the public pages of the original web service on add_customer
// and update_customer.
#include "place/address_look_up.h"
#include "place/finder.h"
#include "place/pair.h"
#include "place/place.h"
#include "resources/customer_erasure.h"
#include "resources/customer_merge.h"
#include "resources/new_company.h"
#include "resources/shared.h"

namespace helpdesk {
namespace {

constexpr std::array<std::string_view, 2> scopes = {"PERSONAL", "COMPANY"};
constexpr Choices personal_or_company = {.values = scopes, .by_default = "PERSONAL"};

constexpr Reference company = {.to = &companies};
constexpr Reference portal = {.to = &portals, .by = Reference::By::id_or_name, .first_if_unknown = true};
constexpr Reference group = {
    .to = &customer_groups, .by = Reference::By::id_or_name, .unknown = "unknown_group"};
constexpr Reference contract = {
    .to = &support_contracts, .by = Reference::By::id, .unknown = "unknown_contract"};
constexpr Reference category = {.to = &helpdesk::categories};

constexpr Reference other_customer = {.to = &customers};

constexpr ListTable contracts = {
    .table = "customer_contracts", .owner = "customer_id", .column = "contract_id", .reference = &contract};
constexpr ListTable categories = {
    .table = "customer_categories", .owner = "customer_id", .column = "category_id", .reference = &category};
constexpr ListTable emails = {.table = "customer_emails", .owner = "customer_id", .column = "email"};
constexpr ListTable phones = {.table = "customer_phones", .owner = "customer_id", .column = "phone"};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "cid", .kind = &kinds::identifier, .column = "cid",
             .about = "The customer's unique name, as your system knows it."},
    Variable{.name = "company", .kind = &company_or_new, .column = "company_id", .reference = &company,
             .about = "The company that the customer belongs to."},
    Variable{.name = "new_company", .kind = &new_company,
             .about = "The name of the company to create for the customer."},
    Variable{.name = "contact", .column = "contact",
             .about = "The first and last name of the customer."},
    Variable{.name = "pass", .kind = &kinds::password, .column = "password_hash", .secret = true,
             .about = "The password with which the customer signs in."},
    Variable{.name = "portal", .kind = &kinds::reference, .column = "portal_id", .reference = &portal,
             .about = "The customer portal that the customer uses."},
    Variable{.name = "support", .kind = &kinds::choice, .column = "support", .choices = &yes_or_no,
             .about = "Whether the customer is supported: without support there are no tickets and no access to the portal."},
    Variable{.name = "chat", .kind = &kinds::choice, .column = "chat", .choices = &yes_or_no,
             .about = "Whether the customer may start live chats."},
    Variable{.name = "contracts", .kind = &kinds::id_list, .list = &contracts,
             .about = "The support contracts that the customer has."},
    Variable{.name = "sc_start_dates", .kind = &kinds::date_list, .column = "start_date", .companion = "contracts",
             .about = "When each of the customer's support contracts starts."},
    Variable{.name = "encrypt", .kind = &kinds::choice, .column = "encrypt", .choices = &no_or_yes,
             .about = "Whether e-mail to the customer is encrypted, for which both sides need a certificate."},
    Variable{.name = "latitude", .kind = &kinds::degrees, .column = "latitude", .range = {-90, 90}, .companion = "longitude",
             .about = "The latitude of the customer's location, which places the customer on a map."},
    Variable{.name = "longitude", .kind = &kinds::degrees, .column = "longitude", .range = {-180, 180}, .companion = "latitude",
             .about = "The longitude of the customer's location, which places the customer on a map."},
    Variable{.name = "selectable_categories", .kind = &kinds::name_list, .list = &categories,
             .about = "The categories that the customer may pick on the ticket form; none means all of them."},
    Variable{.name = "viewable_tickets", .kind = &kinds::choice, .column = "viewable_tickets", .choices = &personal_or_company,
             .about = "Whether the customer sees only personal tickets or those of the whole company."},
    Variable{.name = "viewable_invoices", .kind = &kinds::choice, .column = "viewable_invoices", .choices = &personal_or_company,
             .about = "Whether the customer sees only personal invoices or those of the whole company."},
    Variable{.name = "viewable_assets", .kind = &kinds::choice, .column = "viewable_assets", .choices = &personal_or_company,
             .about = "Whether the customer sees only personal assets or those of the whole company."},
    Variable{.name = "email", .kind = &kinds::email, .column = "email",
             .about = "The e-mail address of the customer."},
    Variable{.name = "email2", .kind = &kinds::email_list, .list = &emails,
             .about = "Further e-mail addresses, by which incoming mail finds the customer."},
    Variable{.name = "address", .column = "address",
             .about = "The street address of the customer."},
    Variable{.name = "city", .column = "city",
             .about = "The city where the customer is located."},
    Variable{.name = "state", .column = "state",
             .about = "The state, territory or region where the customer is located."},
    Variable{.name = "zip", .column = "zip",
             .about = "The ZIP or postal code of the customer's address."},
    Variable{.name = "country", .column = "country",
             .about = "The country where the customer is located."},
    Variable{.name = "phone", .column = "phone",
             .about = "The phone number of the customer, or any other value that you keep there."},
    Variable{.name = "phone2", .kind = &kinds::text_list, .list = &phones,
             .about = "Further phone numbers, by which incoming calls find the customer."},
    Variable{.name = "group", .kind = &kinds::reference, .column = "group_id", .reference = &group,
             .about = "The customer group, without which technicians may not see the customer's tickets where groups are used."},
    // The API that this one stands in for takes notes of any length. client_max_body_size bounds what a call
    // brings, and answers end a page by its bytes and read long notes in pieces, so a limit would save no memory.
    Variable{.name = "notes", .limit = 0, .column = "notes",
             .about = "Notes about the customer, of any length."},
    Variable{.name = "into_cid", .kind = &kinds::named, .reference = &other_customer, .supplied = Supplied::never,
             .about = "The customer into whom another one is merged."},
};

constexpr std::array selectors = {
    Selector{.name = "id", .finder = &finders::id, .columns = {"id"},
             .about = "Picks the customer with this ID."},
    Selector{.name = "cid", .finder = &finders::name, .columns = {"cid"}, .all = true, .many = true,
             .about = "Picks customers by their unique names."},
    Selector{.name = "start_cid", .finder = &finders::prefix_from, .columns = {"cid"},
             .about = "Begins the list at the names with this beginning."},
    Selector{.name = "end_cid", .finder = &finders::prefix_to, .columns = {"cid"},
             .about = "Ends the list after the names with this beginning."},
    Selector{.name = "start_date", .finder = &finders::date_from, .columns = {"date_added"}, .event = "added",
             .about = "Leaves out customers who were added before this time."},
    Selector{.name = "end_date", .finder = &finders::date_to, .columns = {"date_added"}, .event = "added",
             .about = "Leaves out customers who were added after this time."},
    Selector{.name = "email", .finder = &finders::equals, .columns = {"email"}, .lists = {&emails},
             .about = "Finds customers by any of their e-mail addresses."},
    Selector{.name = "phone", .finder = &finders::equals, .columns = {"phone"}, .lists = {&phones},
             .about = "Finds customers by any of their phone numbers."},
    Selector{.name = "after_cid", .finder = &finders::after_name, .columns = {"cid"},
             .about = "Continues a list after the last name of the page before."},
    Selector{.name = "updated_since", .finder = &finders::changed_since, .columns = {"last_updated"},
             .about = "Finds what was added or changed since your last look, for a copy that is kept up to date."},
    Selector{.name = "after_id", .finder = &finders::walk_position,
             .about = "Continues a list by `updated_since` after the last record of the page before."},
    Selector{.name = "geocoded", .finder = &finders::located, .columns = {"geocoded"},
             .about = "Tells customers whose coordinates are known from those whose address was not found."},
};
// clang-format on

// The names are those of Nominatim's `search`.
constexpr Place place = {
    .coordinates = {PlacePart{"latitude", "lat"}, PlacePart{"longitude", "lon"}},
    .address = {PlacePart{"address", "street"}, PlacePart{"city", "city"}, PlacePart{"state", "state"},
                PlacePart{"zip", "postalcode"}, PlacePart{"country", "country"}}};

constexpr std::array indexes = {Index{.columns = {"date_added"}}, Index{.columns = {"geocoded"}}};

constexpr std::array rules = {&create_company, &coordinates_together, &merge_into_customer, &erase_person};

constexpr std::array<std::string_view, 2> sign_in_outputs = {"support", "portal"};
constexpr SignIn sign_in = {.allowed_by = "support", .outputs = sign_in_outputs};

constexpr std::array customer_verbs = {&verbs::add,     &verbs::update,  &verbs::upsert, &verbs::remove,
                                       &merge_customer, &erase_customer, &verbs::get,    &verbs::locate,
                                       &verbs::verify,  &verbs::import_, &verbs::export_};

}  // namespace

const Resource& customers() {
    static const Resource resource = with_outputs(
        {.names = {.one = "customer", .many = "customers", .element = "customer", .noun = "customer"},
         .table = "customers",
         .variables = variables,
         .selectors = selectors,
         .key = {.variable = "", .answered = false},
         .renamed_by = "new_cid",
         .indexes = indexes,
         .timestamps = true,
         .versioned = true,
         .needs_selector = true,
         .sign_in = &sign_in,
         .merging = &customer_merging,
         .erasing = &customer_erasing,
         .rules = rules,
         .preparing = &look_up_address,
         .place = &place,
         .verbs = customer_verbs});
    return resource;
}

}  // namespace helpdesk
