#include <array>

#include "model/resource.h"

namespace helpdesk {

std::span<const Resource* const> all_resources() {
    static const std::array all = {&customers(),       &companies(),  &portals(),
                                   &customer_groups(), &categories(), &support_contracts()};
    return all;
}

}  // namespace helpdesk
