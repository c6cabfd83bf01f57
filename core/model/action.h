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

struct Action {
    std::string name;  // add_customer, get_customers
    // The output variable: added_customer; of a list the root: customers. An upsert answers as the add or the
    // update that it came to, and this is the update's.
    std::string answer;
    const Verb& verb;
    const Resource& resource;
    std::vector<std::string> variables;  // all that it reads, besides key, action and format
    std::vector<std::string> aliases;
    std::vector<Alias> variable_aliases;
    std::string about;  // for an integrator: one sentence on what it does

    // Whether it goes by that name or alias, in any case.
    bool is_called(std::string_view other) const;
    bool knows(std::string_view variable) const;
    // Returns the variable that a name stands for, by itself or as an alias. Empty: none.
    std::string_view resolve(std::string_view name) const;
    // Whether it takes an If-Match: it is about records that are there and have an ETag.
    bool takes_if_match() const { return resource.versioned && verb.takes_if_match; }
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

// Returns the actions of a resource, in the order of its verbs. The resource must outlive them.
std::vector<Action> actions_of(const Resource& resource);

// Finds an action by its name or an alias, in any case. Null when there is none.
const Action* find_action(std::string_view name);
// Null when the resource has no such action.
const Action* find_action(const Resource& resource, const Verb& verb);

// Returns the verbs that the rows of the resource's import can be. The first is meant where a request names
// none.
std::vector<const Verb*> modes_of(const Resource& resource);

// Lists their names as a sentence does, with `quote` around each: add, update or upsert.
std::string list_modes(const Resource& resource, std::string_view quote = "");

}  // namespace helpdesk
