// Records by the text that names them.
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

// Less than every name is the empty text, with which the first page begins.
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
