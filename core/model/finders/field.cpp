// The finder by the values of fields. The database tells what they may be.
#include "model/fields.h"
#include "model/finder.h"
#include "model/resource.h"

namespace helpdesk {

constexpr Finder finders::field = {
    .read = read_one_text,
    .meaning = compare_texts<Compare::equal>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "those that have the value in the field with the ID N; at most " +
               std::to_string(most_field_selectors) + " fields at once";
    },
    .unsuited = [](const Resource& resource, const Selector& selector) -> std::string_view {
        return selector.name == any_field && resource.find(any_field) != nullptr
                   ? ""
                   : "finds by fields, but has another name, or there are none";
    },
    .reach = Reach::anywhere,
    .finds_fields = true,
};

}  // namespace helpdesk
