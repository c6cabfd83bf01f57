// Carries out calls on the resources of tests/unit/test_resource.h, in groups or one by one, each on a
// database of its own.
//
//   helpdesk_rule_check SOCKET USER PASSWORD DATABASE MODE < query strings, one a line
//
// MODE is `grouped`, for all that can share statements together, or `single`. Prints for each call its answer
// or the codes of its problems, in the order of the input.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>

#include "check_database.h"
#include "db/database.h"
#include "request/check.h"
#include "test_resource.h"

namespace {

using namespace helpdesk;

const std::vector<Action>& trial_actions() {
    static const std::vector<Action> actions = [] {
        std::vector<Action> all;
        for (const Resource* resource : ruled::all)
            for (Action& action : actions_of(*resource))
                all.push_back(std::move(action));
        return all;
    }();
    return actions;
}

template <typename Is>
const Action& find_trial(Is is) {
    return *std::find_if(trial_actions().begin(), trial_actions().end(), is);
}

// As check() does; that knows only the actions of the module.
Write check_trial(const Variables& variables, Problems& problems) {
    const Action& action = find_trial([&](const Action& one) { return one.name == variables.get("action"); });
    if (action.verb.when_missing == nullptr)
        return check(action, variables, {}, problems);
    const auto same = [&](const Verb* verb) -> const Action& {
        return find_trial(
            [&](const Action& one) { return &one.resource == &action.resource && &one.verb == verb; });
    };
    Write write = check(same(action.verb.when_found), variables, {}, problems);
    write.when_missing =
        std::make_unique<Write>(check(same(action.verb.when_missing), variables, {}, problems));
    return write;
}

void print(const WriteResult& result) {
    std::string line;
    for (const Problem& problem : result.problems)
        line += (line.empty() ? "" : " ") + std::string(problem.code);
    std::printf("%s\n", line.empty() ? result.answer.c_str() : line.c_str());
    if (!result.log.empty())
        std::fprintf(stderr, "%s\n", result.log.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6)
        return 2;
    const DatabaseSettings database = database_of(argv);

    std::vector<Write> writes;
    std::vector<WriteResult> results;
    for (std::string line; std::getline(std::cin, line);) {
        Variables variables;
        decode_form(line, variables);
        WriteResult result;
        writes.push_back(check_trial(variables, result.problems));
        results.push_back(std::move(result));
    }
    std::vector<std::size_t> places;
    std::vector<const Write*> shared;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (!results[i].problems.empty())
            continue;
        if (std::string(argv[5]) == "grouped" && can_share(writes[i])) {
            places.push_back(i);
            shared.push_back(&writes[i]);
        } else {
            results[i] = helpdesk::write(database, writes[i]);
        }
    }
    std::vector<WriteResult> together = write_grouped(database, shared);
    for (std::size_t i = 0; i < together.size(); ++i)
        results[places[i]] = std::move(together[i]);
    for (const WriteResult& result : results)
        print(result);
    close_database_connections(std::chrono::seconds(0));
    return 0;
}
