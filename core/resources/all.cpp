#include <array>

#include "model/resource.h"

namespace helpdesk {

std::span<const Resource* const> all_resources() {
    static const std::array all = {&customers(),       &companies(),           &portals(),
                                   &customer_groups(), &categories(),          &support_contracts(),
                                   &technicians(),     &tech_groups(),         &ticket_statuses(),
                                   &ticket_sources(),  &ticket_priorities(),   &escalation_levels(),
                                   &sub_categories(),  &chat_queues(),         &billing_categories(),
                                   &time_categories(), &schedule_categories(), &kb_categories(),
                                   &tickets(),         &ticket_history(),      &ticket_fields()};
    return all;
}

}  // namespace helpdesk
