// The actions that a client may call: a verb and a resource.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "answer/problem.h"
#include "model/resource.h"

namespace helpdesk {

// The variable that names the action.
inline constexpr std::string_view action_variable = "action";

// What an import takes besides its rows.
inline constexpr std::string_view mode_variable = "mode";
inline constexpr std::string_view dry_run_variable = "dry_run";
inline constexpr std::array<std::string_view, 2> import_variables = {mode_variable, dry_run_variable};

// What every list action takes besides its selectors.
inline constexpr std::array<std::string_view, 5> paging_variables = {"count", "page", "count_only", "order",
                                                                     "order_direction"};

enum class Verb { add, update, upsert, remove, get, verify, locate, import_, export_ };

// Whether the action is about many records at once, which its request or its answer carries as rows.
constexpr bool is_bulk(Verb verb) {
    return verb == Verb::import_ || verb == Verb::export_;
}

struct Action {
    std::string name;  // add_customer, get_customers
    // The output variable: added_customer; of a list the root: customers. An upsert answers as the add or the
    // update that it came to, and this is the update's.
    std::string answer;
    Verb verb;
    const Resource& resource;
    std::vector<std::string> variables;  // all that it reads, besides key, action and format
    std::string about;                   // for an integrator: one sentence on what it does

    bool knows(std::string_view variable) const;
    // Whether it takes an Idempotency-Key: it changes one record.
    bool writes() const { return verb != Verb::get && verb != Verb::verify && !is_bulk(verb); }
    // Whether it takes an If-Match: it is about records that are there and have an ETag.
    bool has_entity_tag() const {
        return resource.versioned && verb != Verb::add && verb != Verb::verify && !is_bulk(verb);
    }
};

// The names a client sent that no variable of an action has: problems, or a list for the client's author.
class UnknownNames {
  public:
    UnknownNames(const Action& action, bool reject) : action_(action), reject_(reject) {}

    // `name` in lower case.
    void add(const std::string& name, Problems& problems);

    // Those that are ignored, between commas: the first few. An empty one is shown as "".
    const std::string& ignored() const { return ignored_; }

  private:
    const Action& action_;
    bool reject_;
    std::string ignored_;
    std::vector<std::string> listed_;
};

// Every action, resource by resource.
const std::vector<Action>& actions();

// Null when there is no such action. Case does not matter.
const Action* find_action(std::string_view name);
// Null when the resource has no such action.
const Action* find_action(const Resource& resource, Verb verb);

}  // namespace helpdesk
