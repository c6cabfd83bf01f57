// Tickets by who may see them.
#include "model/finder.h"

namespace helpdesk {

constexpr Finder finders::viewable_by = {
    .read = read_one_text,
    .meaning = compare_texts<Compare::viewable_by_customer>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "the `cid` of a customer: what that customer may see by `viewable_tickets`, and nothing if "
               "`support` is `N`";
    },
};

constexpr Finder finders::visible_to = {
    .read = read_one_text,
    .meaning = compare_texts<Compare::visible_to_technician>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "the `uid` of an active technician: what that technician may see by `viewable_tickets`, by "
               "`customer_groups`, and by one of the technician groups";
    },
};

}  // namespace helpdesk
