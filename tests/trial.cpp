#include "trial.h"

#include <algorithm>
#include <array>

#include "model/finder.h"

namespace helpdesk::trial {
namespace {

constexpr std::array<std::string_view, 2> y_or_n = {"Y", "N"};
constexpr Choices yes_or_no = {.values = y_or_n, .by_default = "Y"};
constexpr std::array known_by_name = {&verbs::add, &verbs::update, &verbs::remove, &verbs::get};

constexpr Reference supervisor = {.to = &technicians,
                                  .noun = "supervisor",
                                  .unknown = "unknown_supervisor",
                                  .shown = {Shown{"supervisor"}}};
constexpr Reference topic = {.to = &topics, .by = Reference::By::id_or_name};
constexpr Reference sub_topic = {.to = &sub_topics,
                                 .by = Reference::By::id_or_name,
                                 .column = "title",
                                 .within = "topic",
                                 .shown = {Shown{"sub_topic", "title"}, Shown{"sub_topic_id", "id"}}};
constexpr Reference assigned = {
    .to = &technicians,
    .shown = {Shown{"assigned_to", "uid"}, Shown{"assigned_to_name", "name"},
              Shown{"active", "active", Form::choice}, Shown{"since", "date_added", Form::time}}};
constexpr Reference parent = {.to = &tickets, .by = Reference::By::id, .shown = {Shown{"parent", "id"}}};

// clang-format off
constexpr std::array technician_variables = {
    Variable{.name = "uid", .kind = &kinds::identifier, .column = "uid"},
    Variable{.name = "name", .column = "name"},
    Variable{.name = "supervisor", .kind = &kinds::reference, .column = "supervisor_id", .reference = &supervisor},
    Variable{.name = "active", .kind = &kinds::choice, .column = "active", .choices = &yes_or_no},
};
constexpr std::array technician_selectors = {
    Selector{.name = "uid", .finder = &finders::name, .columns = {"uid"}, .all = true},
};
constexpr std::array topic_variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name"},
};
constexpr std::array topic_selectors = {
    Selector{.name = "name", .finder = &finders::name, .columns = {"name"}, .all = true},
};
constexpr std::array sub_topic_variables = {
    Variable{.name = "title", .column = "title", .required = true},
    Variable{.name = "topic", .kind = &kinds::reference, .column = "topic_id", .reference = &topic, .required = true},
};
constexpr std::array sub_topic_selectors = {
    Selector{.name = "id", .finder = &finders::id, .columns = {"id"}, .all = true},
};
constexpr std::array ticket_variables = {
    Variable{.name = "subject", .column = "subject"},
    Variable{.name = "topic", .kind = &kinds::reference, .column = "topic_id", .reference = &topic},
    Variable{.name = "sub_topic", .kind = &kinds::reference, .column = "sub_topic_id", .reference = &sub_topic},
    Variable{.name = "assigned_to", .kind = &kinds::reference, .column = "technician_id", .reference = &assigned},
    Variable{.name = "parent", .kind = &kinds::reference, .column = "parent_id", .reference = &parent},
};
constexpr std::array ticket_selectors = {
    Selector{.name = "tid", .finder = &finders::id, .columns = {"id"}, .all = true, .many = true},
    Selector{.name = "uid", .finder = &finders::equals, .columns = {"uid"}, .through = {"assigned_to"}},
    Selector{.name = "supervised_by", .finder = &finders::equals, .columns = {"uid"}, .through = {"assigned_to", "supervisor"}},
    Selector{.name = "assigned_since", .finder = &finders::date_from, .columns = {"date_added"}, .through = {"assigned_to"}, .event = "added"},
};
// clang-format on

}  // namespace

const Resource& technicians() {
    static const Resource resource = with_outputs({.names = {"tech", "techs", "technician", "technician"},
                                                   .table = "trial_technicians",
                                                   .variables = technician_variables,
                                                   .selectors = technician_selectors,
                                                   .key = {.variable = "", .answered = false},
                                                   .timestamps = true,
                                                   .verbs = known_by_name});
    return resource;
}

const Resource& topics() {
    static const Resource resource = with_outputs({.names = {"topic", "topics", "topic", "topic"},
                                                   .table = "trial_topics",
                                                   .variables = topic_variables,
                                                   .selectors = topic_selectors,
                                                   .verbs = known_by_name});
    return resource;
}

const Resource& sub_topics() {
    static const Resource resource =
        with_outputs({.names = {"sub_topic", "sub_topics", "sub_topic", "sub-topic"},
                      .table = "trial_sub_topics",
                      .variables = sub_topic_variables,
                      .selectors = sub_topic_selectors,
                      .verbs = known_by_name});
    return resource;
}

const Resource& tickets() {
    static const Resource resource = with_outputs({.names = {"ticket", "tickets", "ticket", "ticket"},
                                                   .table = "trial_tickets",
                                                   .variables = ticket_variables,
                                                   .selectors = ticket_selectors,
                                                   .key = {.variable = "tid", .output = "ticket_id"},
                                                   .verbs = known_by_name});
    return resource;
}

const std::vector<Action>& actions() {
    static const std::vector<Action> all = [] {
        std::vector<Action> all;
        for (const Resource* resource : {&technicians(), &topics(), &sub_topics(), &tickets()})
            for (Action& action : actions_of(*resource))
                all.push_back(std::move(action));
        return all;
    }();
    return all;
}

const Action* find_action(std::string_view name) {
    const auto found = std::find_if(actions().begin(), actions().end(),
                                    [&](const Action& action) { return action.is_called(name); });
    return found == actions().end() ? nullptr : &*found;
}

}  // namespace helpdesk::trial
