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

// The variables of an import besides its rows.
inline constexpr std::string_view mode_variable = "mode";
inline constexpr std::string_view dry_run_variable = "dry_run";

// The variable of a removal that takes with it what would otherwise keep the record.
inline constexpr std::string_view force_variable = "force";
inline constexpr std::array<std::string_view, 2> import_variables = {mode_variable, dry_run_variable};

// The variables of every list besides its selectors.
inline constexpr std::array<std::string_view, 5> paging_variables = {"count", "page", "count_only", "order",
                                                                     "order_direction"};

struct Action {
    std::string name;  // add_customer, get_customers
    // The output variable, added_customer, or the root of a list, customers. An upsert answers as the add or
    // the update that it was; this is the answer of the update.
    std::string answer;
    const Verb& verb;
    const Resource& resource;
    std::vector<std::string> variables;  // all that it reads, besides key, action and format
    std::vector<std::string> aliases;
    std::vector<Alias> variable_aliases;
    std::string about;  // for an integrator: one sentence on what it does

    // Returns whether this is its name or one of its aliases, in any case.
    bool is_called(std::string_view other) const;
    bool knows(std::string_view variable) const;
    // Returns the variable that has this name or alias, or an empty text if there is none.
    std::string_view resolve(std::string_view name) const;
    // Returns whether a request may have an If-Match: the action must be about records that exist and have an
    // ETag.
    bool takes_if_match() const { return resource.versioned && verb.takes_if_match; }
};

// Collects the names in a request that no variable of the action has. If `reject` is set, each of them is a
// problem; otherwise they are listed for the client's author.
class UnknownNames {
  public:
    UnknownNames(const Action& action, bool reject) : action_(action), reject_(reject) {}

    // Adds a name, which must be in lower case.
    void add(const std::string& name, Problems& problems);

    // Returns the first 20 names that are ignored, with commas between. An empty name is shown as "".
    const std::string& ignored() const { return ignored_; }

  private:
    const Action& action_;
    bool reject_;
    std::string ignored_;
    std::vector<std::string> listed_;
};

// Returns every action, resource by resource.
const std::vector<Action>& actions();

// Returns the actions of a resource, in the order of its verbs. The resource must outlive them.
std::vector<Action> actions_of(const Resource& resource);

// Finds an action by its name or an alias, in any case. Returns null if there is none.
const Action* find_action(std::string_view name);
// Returns null if the resource has no such action. Finds as well what rows of an import do that no client can
// call.
const Action* find_action(const Resource& resource, const Verb& verb);

// Returns the verbs that an import can carry out for its rows. The first is the default.
std::vector<const Verb*> modes_of(const Resource& resource);

// Returns the names of these verbs as a sentence lists them, with `quote` around each: add, update or upsert.
std::string list_modes(const Resource& resource, std::string_view quote = "");

}  // namespace helpdesk
