// The finders by the unique names of records.
#include "model/finder.h"

namespace helpdesk {

constexpr Finder finders::name = {
    .read = read_texts,
    .meaning = compare_texts<Compare::equal>,
    .words = [](const Resource&, const Selector& selector) -> std::string {
        return (selector.many ? "one, or several between commas" : "one") + or_all(selector);
    },
    .order = Order::names,
    .takes_several = true,
    .unique = true,
};

// The first page begins after the empty text, which is less than every name.
constexpr Finder finders::after_name = {
    .read = read_one_text,
    .meaning = compare_texts<Compare::above>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "those after the value, in their order: a page begins where the last one ended; empty: the "
               "first page";
    },
    .order = Order::keyset,
};

}  // namespace helpdesk
