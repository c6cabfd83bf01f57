#include "resources/ticket_changes.h"

namespace helpdesk {

MaybeText called(const MaybeText& name, const MaybeText& identifier) {
    return name.value_or("").empty() ? identifier : name;
}

// The entry is of who did it: a technician, the customer whose own entry changed the ticket, or the key.
Change::Values entry_of_change(const Change& change, const std::string& tid, const std::string& changes) {
    const MaybeText technician = change.after("uid");
    const MaybeText customer = change.after("by_cid");
    MaybeText author = change.key_name();
    if (technician)
        author = called(change.referred("uid", "name"), technician);
    else if (customer)
        author = called(change.referred("by_cid", "contact"), customer);
    return {{"tid", tid},        {"date", change.now()}, {"type", "S"},      {"customer_viewable", "N"},
            {"uid", technician}, {"cid", customer},      {"author", author}, {"changes", changes}};
}

}  // namespace helpdesk
