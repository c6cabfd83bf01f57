// The finders of ranges of the alphabet.
#include "model/finder.h"

namespace helpdesk {

constexpr Finder finders::prefix_from = {
    .read = read_one_text,
    .meaning = compare_texts<Compare::at_least>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "those that begin with the value or come later in the alphabet";
    },
    .order = Order::prefix,
};

constexpr Finder finders::prefix_to = {
    .read = read_one_text,
    .meaning = compare_texts<Compare::up_to_prefix>,
    .words = [](const Resource&, const Selector&) -> std::string {
        return "those that begin with the value or come before";
    },
    .order = Order::prefix,
};

}  // namespace helpdesk
